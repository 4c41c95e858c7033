import Resilience
import TestSupport
import Testing

@Suite struct DeadlineTests {
    private let now = ContinuousClock().now

    @Test func givesTenSecondsAtTheEdgeAndTwoWithin() {
        #expect(Deadline.edgeDefault == .seconds(10))
        #expect(Deadline.internalDefault == .seconds(2))
    }

    @Test(arguments: [
        (Duration.zero, "0"), (.milliseconds(1), "1"), (.milliseconds(1999), "1999"), (.microseconds(1999), "1"),
        (.nanoseconds(999_999), "0"), (.seconds(10), "10000"), (.seconds(86_400), "86400000"),
        (.milliseconds(-1), "0"), (.nanoseconds(-1), "0"), (.seconds(-5), "0"),
    ])
    func writesWholeMillisecondsRoundedDownAndNeverNegative(_ remaining: Duration, expected: String) {
        #expect(Deadline.after(remaining, from: now).headerValue(at: now) == expected)
    }

    @Test func writesWhatRemainsLater() {
        let deadline = Deadline.after(.seconds(2), from: now)
        let later = now.advanced(by: .milliseconds(1500))
        #expect(deadline.remaining(at: later) == .milliseconds(500))
        #expect(deadline.headerValue(at: later) == "500")
        #expect(deadline.headerValue(at: now.advanced(by: .seconds(3))) == "0")
        #expect(deadline.remaining(at: now.advanced(by: .seconds(3))) == .seconds(-1))
    }

    @Test(arguments: [0, 1, 250, 1999, 2000] as [Int64])
    func readsWhatItWrites(_ milliseconds: Int64) throws {
        let sent = Deadline.after(.milliseconds(milliseconds), from: now)
        let received = Deadline.parse(sent.headerValue(at: now), limit: .seconds(2), at: now)
        #expect(try #require(received) == sent)
    }

    @Test(arguments: ["2001", "999999", "9223372036854775807"])
    func shortensToTheLimit(_ text: String) throws {
        let deadline = try #require(Deadline.parse(text, limit: .seconds(2), at: now))
        #expect(deadline.remaining(at: now) == .seconds(2))
    }

    @Test(arguments: [
        "", " ", "1 ", " 1", "-1", "1.5", "1e3", "0x10", "ten", "1,5", "1s", "9223372036854775808", "١", "1\n", "NaN",
    ])
    func refusesWhatIsNoWholeNumberOfMilliseconds(_ text: String) {
        #expect(Deadline.parse(text, limit: .seconds(2), at: now) == nil)
    }

    @Test func ordersByTime() {
        let deadlines = [3, 1, 2].map { Deadline.after(.seconds($0), from: now) }
        #expect(deadlines.sorted().map { $0.remaining(at: now) } == [.seconds(1), .seconds(2), .seconds(3)])
    }

    @Test func isBoundForTheTimeOfAnOperation() async throws {
        let outer = Deadline.after(.seconds(2), from: now)
        let inner = Deadline.after(.seconds(1), from: now)
        #expect(Deadline.current == nil)
        let result = await Deadline.withValue(outer) {
            #expect(Deadline.current == outer)
            await Deadline.withValue(inner) { #expect(Deadline.current == inner) }
            await Deadline.withValue(nil) { #expect(Deadline.current == nil) }
            async let seenByChild = Deadline.current
            #expect(await seenByChild == outer)
            return 7
        }
        #expect(result == 7)
        #expect(Deadline.current == nil)
    }

    @Test func isUnboundWhenTheOperationThrows() async {
        let deadline = Deadline.after(.seconds(2), from: now)
        await #expect(throws: Failure.self) { try await Deadline.withValue(deadline) { throw Failure() } }
        #expect(Deadline.current == nil)
    }

    @Test(arguments: [
        (Duration.microseconds(1999), 1, 0.001999), (.seconds(2), 2000, 2.0), (.milliseconds(-1500), -1500, -1.5),
        (.nanoseconds(-1), 0, -1e-9), (.zero, 0, 0.0),
    ])
    func convertsDurations(_ duration: Duration, milliseconds: Int64, seconds: Double) {
        #expect(duration.wholeMilliseconds == milliseconds)
        #expect(abs(duration.seconds - seconds) < 1e-15)
    }

    private struct Failure: Error {}
}
