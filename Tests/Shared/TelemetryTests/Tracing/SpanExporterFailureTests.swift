import Hummingbird
import NIOCore
import TestSupport
import Testing

@testable import Telemetry

/// Collectors that are away, busy, or take a part.
@Suite(.timeLimit(.minutes(1))) struct SpanExporterFailureTests {
    @Test(arguments: [429, 502, 503, 504])
    func sendsAgainWhatMaySucceedLater(_ status: Int) async throws {
        let collector = FakeCollector(.init(status: .init(code: status)), .init(status: .ok))
        let scope = ExportScope.quick
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the second attempt") { scope.exported == 3 }
        }
        #expect(collector.exports.map(\.spans) == [["0", "1", "2"], ["0", "1", "2"]])
        #expect(scope.warnings.value == 1)
    }

    @Test func comesBackWhenTheCollectorSays() async throws {
        let busy = Response(status: .serviceUnavailable, headers: [.retryAfter: "1"])
        let (collector, scope) = (FakeCollector(busy, .init(status: .ok)), ExportScope.quick)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the second attempt") { scope.exported == 3 }
        }
        let times = collector.exports.map(\.time)
        #expect(times.count == 2)
        #expect(times[0].duration(to: times[1]) >= .seconds(1))
    }

    @Test func comesBackNoLaterThanItsLongestPause() async throws {
        let busy = Response(status: .serviceUnavailable, headers: [.retryAfter: "\(Int.max)"])
        let collector = FakeCollector(busy, .init(status: .ok))
        var scope = ExportScope.quick
        scope.settings.longestPause = .milliseconds(10)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { [scope] _ in
            try await eventually("the second attempt") { scope.exported == 3 }
        }
    }

    @Test func givesABatchUpAfterItsAttemptsAndGoesOn() async throws {
        let busy = Response(status: .serviceUnavailable)
        let collector = FakeCollector(busy, busy, busy, busy, busy, busy, .init(status: .ok))
        let scope = ExportScope.quick
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the end of the attempts") { scope.dropped("undeliverable") == 3 }
            #expect(collector.exports.count == 6)
            try scope.record(3..<4)
            try await eventually("the next span") { scope.exported == 1 }
        }
        #expect(collector.exports.last?.spans == ["3"])
        // One when it begins, and one when the spans are lost.
        #expect(scope.warnings.value == 2)
    }

    @Test(arguments: [400, 401, 404, 413, 500, 501])
    func dropsWhatIsRefusedAndGoesOn(_ status: Int) async throws {
        let collector = FakeCollector(.init(status: .init(code: status)), .init(status: .ok))
        let scope = ExportScope.quick
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the refusal") { scope.dropped("refused") == 3 }
            try scope.record(3..<4)
            try await eventually("the next span") { scope.exported == 1 }
        }
        #expect(collector.exports.map(\.spans) == [["0", "1", "2"], ["3"]])
        #expect(scope.warnings.value == 1)
    }

    /// Spans go where the operator said, and nowhere else.
    @Test(arguments: [301, 302, 307, 308])
    func followsNoRedirects(_ status: Int) async throws {
        let elsewhere = Response(status: .init(code: status), headers: [.location: "/elsewhere"])
        let (collector, scope) = (FakeCollector(elsewhere, .init(status: .ok)), ExportScope.quick)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the refusal") { scope.dropped("refused") == 3 }
        }
        #expect(collector.exports.map(\.path) == ["/v1/traces"])
    }

    @Test(arguments: [(#""2""#, 3, 2), ("5", 0, 5), ("99", 0, 5), ("-1", 5, 0), ("0", 5, 0)])
    func countsWhatIsTakenInPart(_ rejected: String, _ exported: Int, _ dropped: Int) async throws {
        let answer = #"{"partialSuccess":{"rejectedSpans":\#(rejected),"errorMessage":"too old"}}"#
        let (collector, scope) = (FakeCollector(FakeCollector.json(answer)), ExportScope.quick)
        try scope.record(0..<5)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the answer") { scope.exported + scope.dropped("rejected") == 5 }
        }
        #expect(scope.exported == exported)
        #expect(scope.dropped("rejected") == dropped)
        #expect(collector.exports.count == 1)
        // A complaint without a rejection is a warning too.
        #expect(scope.warnings.value == 1)
    }

    @Test(arguments: ["", "{}", "[]", "<html>", #"{"partialSuccess":true}"#])
    func takesAnyOtherAnswerForASuccess(_ text: String) async throws {
        let (collector, scope) = (FakeCollector(FakeCollector.json(text)), ExportScope.quick)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the answer") { scope.exported == 3 }
        }
        #expect(collector.exports.count == 1)
        #expect(scope.warnings.value == 0)
    }

    /// The status says that the spans were taken, so they are not sent twice.
    @Test func takesAnAnswerForASuccessThatIsTooLongToRead() async throws {
        let long = FakeCollector.json(String(repeating: " ", count: 200_000))
        let (collector, scope) = (FakeCollector(long), ExportScope.quick)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the answer") { scope.exported == 3 }
        }
        #expect(collector.exports.count == 1)
    }

    /// A limit for the head alone would let such an answer hold up all spans after it.
    @Test func goesOnAfterAnAnswerThatDoesNotEnd() async throws {
        let collector = FakeCollector { number in
            guard number == 1 else { return Response(status: .ok) }
            return Response(
                status: .ok,
                body: .init { writer in
                    try await writer.write(ByteBuffer(string: "{"))
                    try await eventually("the end", within: .seconds(3600)) { false }
                    try await writer.finish(nil)
                }
            )
        }
        var scope = ExportScope.quick
        scope.settings.timeout = .milliseconds(500)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { [scope] _ in
            try await eventually("the answer") { scope.exported == 3 }
            try scope.record(3..<4)
            try await eventually("the next span") { scope.exported == 4 }
        }
        #expect(collector.exports.map(\.spans) == [["0", "1", "2"], ["3"]])
    }

    @Test func sendsAgainWhatIsNotAnsweredInTime() async throws {
        let collector = FakeCollector { number in
            if number == 1 { try await eventually("the end", within: .seconds(3600)) { false } }
            return Response(status: .ok)
        }
        var scope = ExportScope.quick
        scope.settings.timeout = .milliseconds(500)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { [scope] _ in
            try await eventually("the second attempt") { scope.exported == 3 }
        }
        #expect(collector.exports.count >= 2)
    }

    /// At a socket in a folder: a port that is free now may be somebody else's later.
    @Test func waitsForACollectorThatComesLater() async throws {
        let collector = FakeCollector(.init(status: .ok))
        var scope = ExportScope.quick
        scope.settings.maximumAttempts = 1_000_000
        scope.settings.longestPause = .milliseconds(10)
        try await withTemporaryDirectory { [scope] directory in
            let path = directory + "/collector"
            try scope.record(0..<3)
            try await scope.exporting(to: "http+unix://\(path.replacing("/", with: "%2F"))") { _ in
                try await eventually("the first failure") { scope.warnings.value == 1 }
                try await collector.listening(on: .unixDomainSocket(path: path)) { _ in
                    try await eventually("the spans") { scope.exported == 3 }
                }
            }
        }
        #expect(collector.exports.map(\.spans) == [["0", "1", "2"]])
        #expect(scope.warnings.value == 1)
    }
}

// MARK: Pauses

extension SpanExporterFailureTests {
    private func pauses(_ attempt: Int, asked: Duration? = nil) -> [Duration] {
        var generator = SeededGenerator(seed: 75)
        return (0..<200).map { _ in
            SpanExporter.Settings().pause(afterAttempt: attempt, asked: asked, using: &generator)
        }
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (7, 30), (1_000_000, 30)])
    func pausesLongerEachTimeAndNotWithOthers(_ attempt: Int, _ longest: Int) {
        let pauses = pauses(attempt)
        #expect(pauses.allSatisfy { (.seconds(longest) / 2...(.seconds(longest))).contains($0) })
        #expect(Set(pauses).count > 100)
    }

    @Test(arguments: [(-5, 15), (0, 15), (25, 25), (31, 30), (Int.max, 30)])
    func pausesAsLongAsItIsAskedTo(_ asked: Int, _ shortest: Int) {
        let pauses = pauses(6, asked: .seconds(asked))
        #expect(pauses.allSatisfy { (.seconds(shortest)...(.seconds(30))).contains($0) })
    }
}
