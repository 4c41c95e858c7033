import Metrics
import Telemetry
import TestSupport
import Testing

/// The histograms of ``PrometheusRegistry``.
@Suite struct PrometheusHistogramTests {
    private let registry = PrometheusRegistry()

    /// The values of a histogram's buckets in the order of the text, `le` first.
    private func buckets(_ name: String) -> [(bound: String, count: Int)] {
        registry.exposition().split(separator: "\n").compactMap { line in
            guard line.hasPrefix(name + "_bucket{"), let match = line.firstMatch(of: /le="([^"]+)"\} (\d+)$/),
                let count = Int(match.2)
            else { return nil }
            return (String(match.1), count)
        }
    }

    @Test func writesCumulativeBucketsSumAndCount() {
        let recorder = Recorder(label: "size", dimensions: [("kind", "a")], factory: registry)
        for value in [0.5, 1, 1.5, 3, 100_000, 100_001] { recorder.record(value) }
        let expected = """
            # TYPE size histogram
            size_bucket{kind="a",le="1"} 2
            size_bucket{kind="a",le="2"} 3
            size_bucket{kind="a",le="5"} 4
            size_bucket{kind="a",le="10"} 4
            size_bucket{kind="a",le="20"} 4
            size_bucket{kind="a",le="50"} 4
            size_bucket{kind="a",le="100"} 4
            size_bucket{kind="a",le="200"} 4
            size_bucket{kind="a",le="500"} 4
            size_bucket{kind="a",le="1000"} 4
            size_bucket{kind="a",le="10000"} 4
            size_bucket{kind="a",le="100000"} 5
            size_bucket{kind="a",le="+Inf"} 6
            size_sum{kind="a"} 200007
            size_count{kind="a"} 6
            # TYPE clowder_metrics_dropped_series_total counter
            clowder_metrics_dropped_series_total 0

            """
        #expect(registry.exposition() == expected)
    }

    @Test func measuresTimersInSeconds() {
        let timer = Metrics.Timer(label: "duration_seconds", factory: registry)
        timer.recordMilliseconds(30)
        timer.recordNanoseconds(400_000)
        timer.recordSeconds(20)
        #expect(
            buckets("duration_seconds").map { "\($0.bound) \($0.count)" } == [
                "0.0005 1", "0.001 1", "0.0025 1", "0.005 1", "0.01 1", "0.025 1", "0.05 2", "0.1 2", "0.25 2", "0.5 2",
                "1 2",
                "2.5 2", "5 2", "10 2", "+Inf 3",
            ]
        )
        #expect(registry.exposition().contains("\nduration_seconds_sum 20.0304\n"))
        #expect(registry.exposition().contains("\nduration_seconds_count 3\n"))
    }

    @Test(arguments: [PrometheusRegistry.timerBounds, PrometheusRegistry.recorderBounds])
    func hasRisingBounds(_ bounds: [Double]) {
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
        #expect(bounds.count > 10)
    }

    /// A bucket's count is the number of values up to its bound, the bound included, whatever the values are.
    @Test(arguments: [61, 62, 63] as [UInt64])
    func agreesWithAPlainCount(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let recorder = Recorder(label: "size", factory: registry)
        let values = (0..<2000).map { _ in
            Int.random(in: 0..<4, using: &generator) == 0
                ? PrometheusRegistry.recorderBounds.randomElement(using: &generator) ?? 0
                : Double(Int.random(in: 0...200_000, using: &generator)) / 4
        }
        for value in values { recorder.record(value) }
        let buckets = buckets("size")
        #expect(buckets.count == PrometheusRegistry.recorderBounds.count + 1)
        for bucket in buckets {
            let bound = bucket.bound == "+Inf" ? Double.infinity : try #require(Double(bucket.bound))
            #expect(bucket.count == values.filter { $0 <= bound }.count, "seed \(seed), le \(bucket.bound)")
        }
        let sum = try #require(registry.exposition().firstMatch(of: /\nsize_sum (\S+)\n/).flatMap { Double($0.1) })
        #expect(sum == values.reduce(0, +), "seed \(seed)")
    }

    @Test func keepsTheFirstKindForAGaugeOfTheSameName() {
        Recorder(label: "size", factory: registry).record(1)
        Gauge(label: "size", factory: registry).record(5)
        #expect(buckets("size").last?.count == 1)
        #expect(registry.exposition().contains("\nclowder_metrics_dropped_series_total 1\n"))
    }
}
