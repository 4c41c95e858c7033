import LocalStack
import Testing

/// What of a promise was kept.
struct FaultPromiseTests {
    @Test func aPromiseWithoutFailuresIsBrokenByOne() {
        let promise = FaultPromise(failures: .none)
        #expect(PlayedLoad.result([.good, .good, .good, .good], promise: promise).broken == [])
        let broken = PlayedLoad.result([.good, .good, .good, .failure("503")], promise: promise).broken
        #expect(broken == ["unexpected failures: 1"])
    }

    @Test func onlyThePromisedFailureIsLetPass() {
        let promise = FaultPromise(failures: .only("503"))
        let seconds: [PlayedLoad.Second] = [.good, .good, .allFailed("503"), .failure("504")]
        #expect(PlayedLoad.result(Array(seconds.prefix(3)), promise: promise).broken == [])
        #expect(PlayedLoad.result(seconds, promise: promise).broken == ["unexpected failures: 1"])
    }

    @Test func failuresBeforeTheFaultAreToldApart() {
        let result = PlayedLoad.result([.failure("503"), .good, .good], promise: FaultPromise(failures: .any))
        #expect(result.broken == ["failures before the fault: 1"])
        #expect(result.failures == [])
    }

    @Test func whatWasUnderWayIsTheFaultsFailure() {
        let record = LoadRecord(
            samples: [LoadSample(due: .milliseconds(1990), latency: .milliseconds(15), failure: "503")],
            length: .seconds(3)
        )
        let result = FaultResult(
            name: "search-gone",
            what: "all killed",
            promise: FaultPromise(failures: .any),
            findings: FaultFindings(),
            record: record,
            times: FaultResult.Times(warm: .zero, made: .seconds(2), over: .seconds(3))
        )
        #expect(result.failuresBefore == 0)
        #expect(result.failures == [LoadRecord.FailureCount(kind: "503", count: 1)])
    }

    @Test(
        arguments: [
            ([.good, .good, .failure("503"), .good], true),
            ([.good, .good, .failure("503"), .failure("503"), .good], false),
            ([.good, .good, .failure("503")], false),
        ] as [([PlayedLoad.Second], Bool)]
    )
    func aFaultMustBeOverInTime(_ seconds: [PlayedLoad.Second], _ isKept: Bool) {
        let result = PlayedLoad.result(seconds, promise: FaultPromise(failures: .any, recovery: .seconds(1)))
        #expect(result.broken == (isKept ? [] : ["felt for longer than 1 s"]))
    }

    @Test(arguments: [(8, []), (9, ["p99 of 9 ms"])])
    func searchesMayBecomeSlowerByThatMuch(_ milliseconds: Int, _ broken: [String]) {
        let promise = FaultPromise(failures: .none, slowdown: .milliseconds(5))
        let result = PlayedLoad.result([.good, .good, .answered(milliseconds: milliseconds)], promise: promise)
        #expect(result.broken == broken)
    }

    @Test func whatTheFaultSawItselfCounts() {
        let findings = FaultFindings(broken: ["7 descriptors more"])
        let promise = FaultPromise(failures: .any)
        let result = PlayedLoad.result([.good, .good, .good], promise: promise, findings: findings)
        #expect(result.broken == ["7 descriptors more"])
    }

    @Test func saysItselfInWords() {
        let promise = FaultPromise(
            failures: .only("503"),
            recovery: .seconds(10),
            slowdown: .milliseconds(5),
            others: ["no descriptor more"]
        )
        let parts = [
            "every failure is 503", "over within 10 s", "p99 below twice the normal one + 5 ms", "no descriptor more",
        ]
        #expect(promise.text == parts.joined(separator: "; "))
        #expect(FaultPromise(failures: .none).text == "no request fails")
        #expect(FaultPromise(failures: .any).text == "")
    }
}
