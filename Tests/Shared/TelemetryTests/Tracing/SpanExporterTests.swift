import Hummingbird
import ServiceLifecycle
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SpanExporterTests {
    @Test func worksLikeOpenTelemetrysBatchProcessor() {
        let settings = SpanExporter.Settings()
        #expect(settings.interval == .seconds(5))
        #expect(settings.timeout == .seconds(10))
        #expect(settings.firstPause == .seconds(1))
        #expect(settings.longestPause == .seconds(30))
        #expect(settings.maximumAttempts == 6)
        #expect(settings.finalLimit == .seconds(1))
    }

    @Test func sendsAfterTheInterval() async throws {
        let (collector, scope) = (FakeCollector(.init(status: .ok)), ExportScope.quick)
        try await scope.exporting(to: collector) { _ in
            for round in 0..<3 {
                try scope.record((3 * round)..<(3 * round + 3))
                try await eventually("the spans of round \(round)") { scope.exported == 3 * round + 3 }
            }
        }
        #expect(collector.spans == (0..<9).map(String.init))
        #expect(collector.exports.allSatisfy { $0.method == .post && $0.path == "/v1/traces" })
        #expect(collector.exports.allSatisfy { $0.mediaType == "application/json" })
        #expect(scope.warnings.value == 0)
    }

    @Test func sendsNothingWhereThereIsNothing() async throws {
        let (collector, scope) = (FakeCollector(.init(status: .ok)), ExportScope.quick)
        try await scope.exporting(to: collector) { _ in
            try scope.record(0..<1)
            try await eventually("the only span") { scope.exported == 1 }
        }
        #expect(collector.exports.count == 1)
    }

    @Test func sendsAFullBatchAtOnce() async throws {
        let (collector, scope) = (FakeCollector(.init(status: .ok)), ExportScope.patient)
        try await scope.exporting(to: collector) { _ in
            for round in 0..<3 {
                try scope.record(0..<512)
                try await eventually("batch \(round)") { scope.exported == 512 * (round + 1) }
            }
            #expect(collector.exports.map(\.spans.count) == [512, 512, 512])
        }
    }

    /// A wait that ended with the interval must not be the last one.
    @Test func waitsForABatchAgainAfterAnInterval() async throws {
        let collector = FakeCollector(.init(status: .ok))
        var scope = ExportScope()
        scope.settings.interval = .seconds(2)
        try await scope.exporting(to: collector) { [scope] _ in
            try scope.record(0..<1)
            try await eventually("the span of the interval") { scope.exported == 1 }
            // An exporter that waits for nothing gets its chances to send less than a batch.
            for number in 0..<512 {
                try scope.record(number..<(number + 1))
                for _ in 0..<20 { await Task.yield() }
            }
            try await eventually("the batch", within: .seconds(1)) { scope.exported == 513 }
        }
        #expect(collector.exports.map(\.spans.count) == [1, 512])
    }

    /// What comes while a batch is sent waits for others: a busy process must not send its spans one by one.
    @Test func keepsWhatComesWhileABatchIsSent() async throws {
        let scope = ExportScope.patient
        let collector = FakeCollector { number in
            if number < 3 { try scope.record(0..<10) }
            return Response(status: .ok)
        }
        try scope.record(0..<512)
        try await scope.exporting(to: collector) { _ in
            try await eventually("the batch, and the rest") { scope.exported == 522 }
            try scope.record(10..<512)
            try await eventually("the next batch") { scope.exported == 1034 }
        }
        #expect(collector.exports.map(\.spans.count) == [512, 10, 512])
    }

    @Test func countsWhatTheRecorderDropped() async throws {
        let (collector, scope) = (FakeCollector(.init(status: .ok)), ExportScope.quick)
        try scope.record(0..<2053)
        try await scope.exporting(to: collector) { _ in
            try await eventually("all spans") { scope.exported == 2048 }
        }
        #expect(scope.dropped("full") == 5)
        #expect(collector.exports.map(\.spans.count) == [512, 512, 512, 512])
    }
}

// MARK: Shutdown

extension SpanExporterTests {
    @Test(arguments: [1, 511, 512, 1700])
    func sendsWhatIsLeftAtShutdown(_ count: Int) async throws {
        let (collector, scope) = (FakeCollector(.init(status: .ok)), ExportScope.patient)
        try await scope.exporting(to: collector) { _ in try scope.record(0..<count) }
        #expect(collector.spans == (0..<count).map(String.init))
        #expect(scope.exported == count)
    }

    /// The last attempt is made at once, whatever the pause was.
    @Test func sendsABatchOnceMoreThatWaitsAtShutdown() async throws {
        let collector = FakeCollector(
            .init(status: .serviceUnavailable, headers: [.retryAfter: "3600"]),
            .init(status: .ok)
        )
        var scope = ExportScope.quick
        scope.settings.longestPause = .seconds(3600)
        scope.settings.finalLimit = .seconds(20)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { [scope] _ in
            try await eventually("the first attempt") { scope.warnings.value == 1 }
            try scope.record(3..<5)
        }
        #expect(collector.exports.map(\.spans) == [["0", "1", "2"], ["0", "1", "2"], ["3", "4"]])
        #expect(scope.exported == 5)
        #expect(scope.dropped("undeliverable") == 0)
    }

    @Test func letsTheCollectorAnswerABatchThatIsOnItsWayAtShutdown() async throws {
        let shutDown = Tally()
        let collector = FakeCollector { _ in
            try await eventually("the shutdown") { shutDown.value > 0 }
            return Response(status: .ok)
        }
        var scope = ExportScope.quick
        scope.settings.finalLimit = .seconds(20)
        try scope.record(0..<3)
        try await scope.exporting(to: collector) { group in
            try await eventually("the first attempt") { collector.exports.count == 1 }
            await group.triggerGracefulShutdown()
            shutDown.count()
        }
        #expect(collector.exports.map(\.spans) == [["0", "1", "2"]])
        #expect(scope.exported == 3)
    }

    @Test func endsInTimeWhileTheCollectorHangs() async throws {
        let collector = FakeCollector { _ in
            try await eventually("the end", within: .seconds(3600)) { false }
            return Response(status: .ok)
        }
        var scope = ExportScope.quick
        scope.settings.timeout = .seconds(3600)
        scope.settings.finalLimit = .milliseconds(200)
        try await collector.listening { [scope] port in
            let work = Attempt {
                try scope.record(0..<3)
                try await scope.exporting(to: "http://127.0.0.1:\(port)") { _ in
                    try await eventually("the first attempt") { collector.exports.count == 1 }
                    try scope.record(3..<10)
                }
            }
            try await work.ends().get()
        }
        #expect(scope.exported == 0)
        #expect(scope.dropped("undeliverable") == 10)
    }
}
