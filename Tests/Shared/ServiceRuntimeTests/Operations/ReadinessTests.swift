import Synchronization
import TestSupport
import Testing

@testable import ServiceRuntime

@Suite(.timeLimit(.minutes(1))) struct ReadinessTests {
    private struct Broken: Error, CustomStringConvertible {
        var description: String { "the disk is full" }
    }

    @Test func startsInThePhaseOfStarting() {
        #expect(Readiness(checks: []).phase == .starting)
    }

    @Test func findsOutAboutEveryCheckInOrder() async {
        let readiness = Readiness(checks: [
            Readiness.Check("queue") { throw Broken() }, Readiness.Check("store") {},
        ])
        let findings = await readiness.findings().map { "\($0.name) \($0.ok) \($0.detail ?? "-")" }
        #expect(findings == ["queue false the disk is full", "store true -"])
    }

    /// However often it is asked, a probe runs once a second.
    @Test func believesItsFindingsForASecond() async {
        #expect(Readiness.cacheDuration == .seconds(1))
        let probes = Mutex(0)
        let readiness = Readiness(checks: [Readiness.Check("store") { probes.withLock { $0 += 1 } }])
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<100 { _ = await readiness.findings() }
        let seconds = Int(start.duration(to: clock.now).components.seconds)
        #expect((1...(1 + seconds)).contains(probes.withLock { $0 }))
    }

    @Test func looksAgainAfterThat() async throws {
        let isBroken = Mutex(true)
        let check = Readiness.Check("store") { if isBroken.withLock({ $0 }) { throw Broken() } }
        let readiness = Readiness(checks: [check])
        #expect(await readiness.findings().map(\.ok) == [false])
        isBroken.withLock { $0 = false }
        try await eventually("the store's recovery") { await readiness.findings().allSatisfy(\.ok) ? () : nil }
    }

    /// A dependency that hangs is told from one that works, and holds nobody up for long.
    @Test func countsACheckThatDoesNotAnswerAsFailed() async throws {
        #expect(Readiness.probeLimit == .seconds(2))
        let hanging = Readiness.Check("store") {
            let (silence, continuation) = AsyncStream.makeStream(of: Never.self, bufferingPolicy: .bufferingOldest(1))
            for await _ in silence {}
            continuation.finish()
            try Task.checkCancellation()
        }
        let readiness = Readiness(checks: [hanging, Readiness.Check("queue") {}], probeLimit: .milliseconds(10))
        let findings = await readiness.findings().map { "\($0.name) \($0.ok) \($0.detail ?? "-")" }
        #expect(findings == ["store false no answer within 0.01 seconds", "queue true -"])
    }
}
