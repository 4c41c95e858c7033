import Messaging
import TestSupport
import Testing

@Suite struct RetryScheduleTests {
    @Test func triesTwelveTimesAndPausesForSixHoursAtMost() {
        #expect(RetrySchedule.defaultMaximumAttempts == 12)
        #expect(RetrySchedule.maximumPause == .seconds(21_600))
        #expect(RetrySchedule.jitter == 0.1)
        #expect(RetrySchedule() == RetrySchedule(maximumAttempts: 12, unit: .seconds(1)))
    }

    /// The fourth power of the attempt in seconds, and a tenth of it to either side.
    @Test(arguments: [
        (1, 1.0), (2, 16), (3, 81), (4, 256), (5, 625), (6, 1296), (7, 2401), (8, 4096), (9, 6561), (10, 10_000),
        (11, 14_641),
    ])
    func pausesForTheFourthPowerWithATenthToEitherSide(_ attempt: Int, _ seconds: Double) throws {
        var generator = SeededGenerator(seed: 11)
        let shares = try (0..<2000).map { _ in
            let pause = try #require(RetrySchedule().pause(afterAttempt: attempt, using: &generator))
            return pause / .seconds(seconds)
        }
        #expect(shares.allSatisfy { (0.9...1.1).contains($0) })
        #expect(try #require(shares.min()) < 0.901)
        #expect(try #require(shares.max()) > 1.099)
        #expect(abs(shares.reduce(0, +) / 2000 - 1) < 0.01)
    }

    @Test(arguments: [12, 13, 20, 100])
    func capsThePauseAtSixHours(_ attempt: Int) throws {
        let schedule = RetrySchedule(maximumAttempts: 1000)
        var generator = SeededGenerator(seed: 12)
        let pauses = try (0..<500).map { _ in
            try #require(schedule.pause(afterAttempt: attempt, using: &generator))
        }
        #expect(try #require(pauses.max()) <= .seconds(21_600))
        #expect(try #require(pauses.min()) >= .seconds(attempt == 12 ? 18_662 : 21_600))
    }

    @Test(arguments: [(12, 12), (12, 13), (1, 1), (3, 3), (3, 1000)])
    func givesUpAfterTheLastAttempt(_ maximum: Int, _ attempt: Int) {
        var generator = SeededGenerator(seed: 1)
        #expect(RetrySchedule(maximumAttempts: maximum).pause(afterAttempt: attempt, using: &generator) == nil)
    }

    @Test func allowsARetryBeforeTheLastAttempt() {
        var generator = SeededGenerator(seed: 1)
        #expect(RetrySchedule().pause(afterAttempt: 11, using: &generator) != nil)
        #expect(RetrySchedule(maximumAttempts: 2).pause(afterAttempt: 1, using: &generator) != nil)
    }

    @Test func scalesWithTheUnit() throws {
        let schedule = RetrySchedule(unit: .milliseconds(1))
        var generator = SeededGenerator(seed: 2)
        let pause = try #require(schedule.pause(afterAttempt: 3, using: &generator))
        #expect(pause >= .microseconds(72_900) && pause <= .microseconds(89_100))
    }

    @Test func dependsOnTheGeneratorAlone() {
        var (first, second) = (SeededGenerator(seed: 3), SeededGenerator(seed: 3))
        for attempt in 1..<12 {
            let pauses = (
                RetrySchedule().pause(afterAttempt: attempt, using: &first),
                RetrySchedule().pause(afterAttempt: attempt, using: &second)
            )
            #expect(pauses.0 == pauses.1)
        }
    }
}
