/// The requests of a load in the order in which they were due.
package struct LoadRecord: Sendable {
    /// How many requests failed in one way.
    package struct FailureCount: Hashable, Sendable {
        package let kind: String
        package let count: Int

        package init(kind: String, count: Int) {
            self.kind = kind
            self.count = count
        }
    }

    private static let second = Duration.seconds(1)

    /// How long requests were sent.
    package let length: Duration
    private let samples: [LoadSample]

    package init(samples: [LoadSample], length: Duration) {
        self.samples = samples.sorted { $0.due < $1.due }
        self.length = length
    }

    /// The same, with requests that were under way at a moment and failed after it taken for requests of that moment.
    func blaming(_ moment: Duration) -> Self {
        let samples = samples.map { sample in
            let end = sample.due + sample.latency
            guard sample.failure != nil, sample.due < moment, end >= moment else { return sample }
            return LoadSample(due: moment, latency: end - moment, failure: sample.failure)
        }
        return Self(samples: samples, length: length)
    }

    /// The latencies and failures of the requests that were due in this time.
    package func summary(_ time: Range<Duration>) -> LatencySummary {
        let due = samples.filter { time.contains($0.due) }
        return LatencySummary(
            latencies: due.filter { $0.failure == nil }.map(\.latency),
            failures: due.compactMap(\.failure)
        )
    }

    /// How many of the requests that were due in this time failed in which way, the most frequent way first.
    package func failures(_ time: Range<Duration>) -> [FailureCount] {
        summary(time).failures
            .reduce(into: [:]) { counts, kind in counts[kind, default: 0] += 1 }
            .map { FailureCount(kind: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.kind) < ($0.count, $1.kind) }
    }

    /// How long after a moment the last request that failed was due; nil when none that was due from then on failed.
    package func lastFailure(from moment: Duration) -> Duration? {
        samples.last { $0.due >= moment && $0.failure != nil }.map { $0.due - moment }
    }

    /// How long a fault is felt, in whole seconds.
    ///
    /// Time is cut into seconds from the moment at which the fault was made. It is over with the first full second
    /// from which on no request fails at all, and whose own p99 is below twice the normal one.
    /// - Parameters:
    ///   - made: When the fault was made, counted from the start of the load.
    ///   - normal: The p99 before.
    /// - Returns: The time from `made` to the start of that second; nil when there was none.
    package func recovery(from made: Duration, normal: Duration) -> Duration? {
        let lastFailure = lastFailure(from: made).map { made + $0 }
        var start = made
        while start + Self.second <= length {
            let part = summary(start..<(start + Self.second))
            let isOver = lastFailure.map { $0 < start } ?? true
            if isOver, part.requests > 0, part.percentile(0.99) < normal * 2 { return start - made }
            start += Self.second
        }
        return nil
    }
}
