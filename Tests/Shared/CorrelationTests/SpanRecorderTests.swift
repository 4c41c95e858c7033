import Correlation
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SpanRecorderTests {
    /// A place in a trace that is recorded, or in one that is not.
    private func trace(isSampled: Bool = true) throws -> TraceContext {
        let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-\(isSampled ? "01" : "00")"
        return try #require(TraceContext(traceParent: header, traceState: nil))
    }

    /// Records spans whose names are numbers.
    private func record(_ numbers: Range<Int>, in recorder: SpanRecorder) throws {
        let trace = try trace()
        for number in numbers { recorder.record(trace, .server, "\(number)", taking: .zero) }
    }

    @Test func keepsWhatItIsTold() throws {
        let recorder = SpanRecorder(now: { 5_000_000_000 })
        let trace = try trace()
        recorder.record(
            trace,
            .client,
            "GET",
            taking: .milliseconds(1500),
            attributes: ["server.port": .integer(80)],
            failure: "it burns"
        )
        let (spans, dropped) = recorder.take()
        let span = try #require(spans.first)
        #expect(spans.count == 1 && dropped == 0)
        #expect(span.trace == trace)
        #expect(span.kind == .client)
        #expect(span.name == "GET")
        #expect(span.start == 3_500_000_000)
        #expect(span.end == 5_000_000_000)
        #expect(span.attributes == ["server.port": .integer(80)])
        #expect(span.failure == "it burns")
    }

    /// A clock that was set back must not make a span end before it began.
    @Test(
        arguments: [
            (Duration.nanoseconds(1), 999), (.zero, 1000), (.nanoseconds(-1), 1000), (.seconds(-5), 1000),
            (.nanoseconds(1000), 0), (.seconds(5), 0), (.seconds(Int64.max), 0),
        ] as [(Duration, UInt64)]
    )
    func beginsBeforeItsEndAndNotBefore1970(_ duration: Duration, _ start: UInt64) throws {
        let recorder = SpanRecorder(now: { 1000 })
        recorder.record(try trace(), .server, "GET", taking: duration)
        let span = try #require(recorder.take().spans.first)
        #expect(span.start == start)
        #expect(span.end == 1000)
    }

    @Test func takesItsTimeFromTheSystem() throws {
        let before = SpanRecorder.systemTime()
        let recorder = SpanRecorder()
        recorder.record(try trace(), .server, "GET", taking: .zero)
        let span = try #require(recorder.take().spans.first)
        #expect((before...SpanRecorder.systemTime()).contains(span.end))
        // 2025 began 1,735,689,600 seconds after 1970; a clock of another unit is far away.
        #expect((1_735_689_600_000_000_000...4_000_000_000_000_000_000).contains(before))
    }

    @Test func leavesOutTracesThatAreNotRecordedWithoutLookingAtThem() throws {
        let recorder = SpanRecorder()
        let looks = Tally()
        func text() -> String {
            looks.count()
            return "a"
        }
        for trace in [nil, try trace(isSampled: false)] {
            recorder.record(
                trace,
                .server,
                text(),
                taking: .zero,
                attributes: ["a": .text(text())],
                failure: text()
            )
        }
        #expect(recorder.take().spans.isEmpty)
        #expect(looks.value == 0)
        recorder.record(try trace(), .server, text(), taking: .zero, attributes: ["a": .text(text())], failure: text())
        #expect(looks.value == 3)
    }

    @Test func givesTheOldestFirstAndABatchAtATime() throws {
        #expect(SpanRecorder.batchSize == 512)
        let recorder = SpanRecorder()
        try record(0..<1025, in: recorder)
        #expect(recorder.take().spans.map(\.name) == (0..<512).map(String.init))
        try record(1025..<1030, in: recorder)
        #expect(recorder.take().spans.map(\.name) == (512..<1024).map(String.init))
        #expect(recorder.take().spans.map(\.name) == (1024..<1030).map(String.init))
        #expect(recorder.take().spans.isEmpty)
    }

    @Test func dropsAndCountsWhatIsOverItsCapacity() throws {
        #expect(SpanRecorder.capacity == 2048)
        let recorder = SpanRecorder()
        try record(0..<2051, in: recorder)
        let first = recorder.take()
        #expect(first.dropped == 3)
        #expect(first.spans.first?.name == "0")
        #expect(recorder.take().dropped == 0)
        // There is room again for what was taken, and no more.
        try record(3000..<(3000 + 1025), in: recorder)
        let second = recorder.take()
        #expect(second.dropped == 1)
        #expect(second.spans.first?.name == "1024")
    }

    @Test func recordsFromManyThreads() async throws {
        let recorder = SpanRecorder()
        let trace = try trace()
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<300 { recorder.record(trace, .internal, "\(task) \(number)", taking: .zero) }
                }
            }
        }
        var (names, dropped) = (Set<String>(), 0)
        while true {
            let taken = recorder.take()
            if taken.spans.isEmpty { break }
            names.formUnion(taken.spans.map(\.name))
            dropped += taken.dropped
        }
        #expect(names.count == 2048)
        #expect(dropped == 2400 - 2048)
    }
}

// MARK: Batches

extension SpanRecorderTests {
    /// Whether a listener would be told of a batch now; nobody can listen afterwards.
    private func isTold(_ recorder: SpanRecorder) async -> Bool {
        let listener = Task {
            for await _ in recorder.batches { return true }
            return false
        }
        // A listener that is cancelled gets what it was told before, and does not wait for more.
        listener.cancel()
        return await listener.value
    }

    @Test(arguments: [(0, false), (511, false), (512, true), (600, true), (2100, true)])
    func tellsThatABatchHasComeTogether(_ count: Int, _ expected: Bool) async throws {
        let recorder = SpanRecorder()
        try record(0..<count, in: recorder)
        #expect(await isTold(recorder) == expected)
    }

    @Test func tellsOfABatchOnce() async throws {
        let recorder = SpanRecorder()
        try record(0..<512, in: recorder)
        for await _ in recorder.batches { break }
        try record(512..<1100, in: recorder)
        #expect(!(await isTold(recorder)))
    }

    @Test func tellsOfTheNextBatchWhenTheFirstIsTaken() async throws {
        let recorder = SpanRecorder()
        for _ in 0..<3 {
            try record(0..<512, in: recorder)
            for await _ in recorder.batches { break }
            #expect(recorder.take().spans.count == 512)
        }
        try record(0..<511, in: recorder)
        #expect(!(await isTold(recorder)))
    }
}
