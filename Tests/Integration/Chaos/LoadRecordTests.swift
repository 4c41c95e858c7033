import LocalStack
import Testing

/// How long a fault is felt, and how requests failed.
struct LoadRecordTests {
    private static let normal = Duration.milliseconds(2)

    @Test(
        arguments: [
            ([.good, .good, .good], 0),
            ([.good, .failure("503"), .failure("503"), .good, .good], 2),
            ([.good, .answered(milliseconds: 50), .good], 1),
            ([.good, .answered(milliseconds: 4), .answered(milliseconds: 3)], 1),
            ([.good, .good, .failure("503"), .good], 2),
            ([.good, .silent, .good], 1),
            ([.failure("503"), .good, .good], 0),
            ([.good, .failure("503"), .allFailed("503")], nil),
        ] as [([PlayedLoad.Second], Int?)]
    )
    func aFaultIsOverWithTheFirstGoodSecondThatNoFailureFollows(_ seconds: [PlayedLoad.Second], _ felt: Int?) {
        let recovery = PlayedLoad.record(seconds).recovery(from: .seconds(1), normal: Self.normal)
        #expect(recovery == felt.map { .seconds($0) })
    }

    @Test func cutsSecondsFromTheMomentOfTheFault() {
        let record = PlayedLoad.record([.good, .good, .failure("503"), .good])
        #expect(record.recovery(from: .milliseconds(1500), normal: Self.normal) == .seconds(1))
    }

    @Test func aFaultAtTheVeryStartCanGoUnfelt() {
        #expect(PlayedLoad.record([.good]).recovery(from: .zero, normal: Self.normal) == .zero)
    }

    @Test func aSecondThatTheLoadDidNotFinishEndsNoFault() {
        let record = PlayedLoad.record([.good, .failure("503"), .good], length: .milliseconds(2500))
        #expect(record.recovery(from: .seconds(1), normal: Self.normal) == nil)
    }

    @Test func countsFailuresTheMostFrequentFirst() {
        let record = PlayedLoad.record([.failure("c"), .failure("b"), .failure("a"), .failure("c"), .failure("late")])
        let expected = [("c", 2), ("a", 1), ("b", 1)].map { LoadRecord.FailureCount(kind: $0.0, count: $0.1) }
        #expect(record.failures(.zero..<(.seconds(4))) == expected)
    }

    @Test func summarisesTheRequestsThatWereDueInATime() {
        let record = PlayedLoad.record([.good, .answered(milliseconds: 7), .failure("503")])
        let summary = record.summary(.seconds(1)..<(.seconds(3)))
        #expect(summary.requests == 20)
        #expect(summary.failures == ["503"])
        #expect(summary.percentile(0.99) == .milliseconds(7))
    }
}
