import Metrics
import Telemetry
import TestSupport
import Testing

@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry()
    private let noneDropped = """
        # TYPE clowder_metrics_dropped_series_total counter
        clowder_metrics_dropped_series_total 0

        """

    @Test func writesOnlyItsOwnCounterWhenNothingWasRecorded() {
        #expect(registry.exposition() == noneDropped)
    }

    @Test func namesTheMediaTypeOfTheFormat() {
        #expect(PrometheusRegistry.contentType == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test func writesCountersByNameAndLabels() {
        Counter(label: "b_total", factory: registry).increment()
        Counter(label: "a_total", dimensions: [("method", "POST")], factory: registry).increment(by: 2)
        Counter(label: "a_total", dimensions: [("method", "GET"), ("code", "200")], factory: registry).increment(by: 40)
        Counter(label: "a_total", dimensions: [("code", "200"), ("method", "GET")], factory: registry).increment()
        let expected = """
            # TYPE a_total counter
            a_total{code="200",method="GET"} 41
            a_total{method="POST"} 2
            # TYPE b_total counter
            b_total 1

            """
        #expect(registry.exposition() == expected + noneDropped)
    }

    @Test func neverCountsDown() {
        let counter = FloatingPointCounter(label: "seconds_total", factory: registry)
        counter.increment(by: 1.5)
        counter.increment(by: -1)
        counter.increment(by: Double.nan)
        counter.increment(by: 0.25)
        #expect(registry.exposition().contains("\nseconds_total 1.75\n"))
        counter.reset()
        #expect(registry.exposition().contains("\nseconds_total 0\n"))
    }

    @Test func keepsASeriesWhoseMetricIsDestroyed() {
        let counter = Counter(label: "kept_total", factory: registry)
        counter.increment(by: 3)
        counter.destroy()
        Counter(label: "kept_total", factory: registry).increment()
        #expect(registry.exposition().contains("\nkept_total 4\n"))
    }

    @Test func writesTheLastValueOfGauges() {
        let meter = Meter(label: "in_flight", factory: registry)
        meter.set(7.5)
        meter.increment(by: 2)
        meter.decrement(by: 12)
        Gauge(label: "depth", factory: registry).record(3)
        Recorder(label: "ratio", aggregate: false, factory: registry).record(0.5)
        let expected = """
            # TYPE depth gauge
            depth 3
            # TYPE in_flight gauge
            in_flight -2.5
            # TYPE ratio gauge
            ratio 0.5

            """
        #expect(registry.exposition() == expected + noneDropped)
    }

    @Test(
        arguments: [
            (0.0, "0"), (-0.0, "0"), (-3, "-3"), (0.1, "0.1"), (1e14, "100000000000000"), (1e20, "1e+20"),
            (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"), (2.5e-7, "2.5e-07"),
        ] as [(Double, String)]
    )
    func writesNumbersAsPrometheusReadsThem(_ value: Double, expected: String) {
        Meter(label: "value", factory: registry).set(value)
        #expect(registry.exposition().contains("\nvalue \(expected)\n"))
    }

    @Test(arguments: [
        ("http.requests", "http_requests"), ("http-requests", "http_requests"), ("a b/c", "a_b_c"),
        ("9lives", "_9lives"),
        ("größe", "gr__e"), ("job:rate_5m", "job:rate_5m"), ("_x1", "_x1"), ("a\nb", "a_b"), ("a{b=\"c\"}", "a_b__c__"),
    ])
    func makesNamesThatPrometheusReads(_ label: String, expected: String) {
        Counter(label: label, factory: registry).increment()
        let expected = "# TYPE \(expected) counter\n\(expected) 1\n"
        #expect(registry.exposition() == expected + noneDropped)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\"b", #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#), (#"\n"#, #"\\n"#),
        ("", ""), ("ü{}=,", "ü{}=,"), ("a\r\nb", "a\r\\nb"),
    ])
    func escapesLabelValues(_ value: String, expected: String) {
        Counter(label: "x", dimensions: [("path", value)], factory: registry).increment()
        #expect(registry.exposition() == "# TYPE x counter\nx{path=\"\(expected)\"} 1\n" + noneDropped)
    }

    /// Prometheus allows a colon in metric names only; one bad name makes it refuse the whole page.
    @Test(arguments: [("http.method", "http_method"), ("2xx", "_2xx"), ("a:b", "a_b"), ("größe", "gr__e")])
    func makesLabelNamesThatPrometheusReads(_ name: String, expected: String) {
        Counter(label: "x", dimensions: [(name, "v")], factory: registry).increment()
        #expect(registry.exposition() == "# TYPE x counter\nx{\(expected)=\"v\"} 1\n" + noneDropped)
    }

    /// Prometheus refuses the whole page for a label name that stands twice in one series.
    @Test(arguments: [[("a.b", "1"), ("a_b", "2")], [("a", "1"), ("a", "2")]])
    func writesNoLabelNameTwiceInOneSeries(_ dimensions: [(String, String)]) {
        Counter(label: "x", dimensions: dimensions, factory: registry).increment()
        let names = registry.exposition().matches(of: /[{,]([a-z_]+)="/).map { String($0.1) }
        #expect(Set(names).count == names.count, "\(names)")
    }
}

// MARK: Kinds and limits

extension PrometheusRegistryTests {
    private func dropped() -> Int? {
        registry.exposition().firstMatch(of: /\nclowder_metrics_dropped_series_total (\d+)\n/).flatMap { Int($0.1) }
    }

    @Test func keepsTheFirstKindOfANameAndCountsTheOthers() {
        Counter(label: "x", factory: registry).increment(by: 5)
        Meter(label: "x", factory: registry).set(99)
        Metrics.Timer(label: "x", factory: registry).recordSeconds(1)
        Meter(label: "x", dimensions: [("a", "b")], factory: registry).set(99)
        let expected = """
            # TYPE x counter
            x 5
            # TYPE clowder_metrics_dropped_series_total counter
            clowder_metrics_dropped_series_total 3

            """
        #expect(registry.exposition() == expected)
    }

    @Test func acceptsAThousandSeriesOfOneName() {
        #expect(PrometheusRegistry.maximumSeries == 1000)
    }

    @Test func dropsAndCountsSeriesOverTheLimit() {
        for index in 0..<1003 {
            Counter(label: "x", dimensions: [("user", "\(index)")], factory: registry).increment()
        }
        #expect(registry.exposition().matches(of: /\nx\{/).count == 1000)
        #expect(dropped() == 3)
        #expect(registry.exposition().contains("\nx{user=\"999\"} 1\n"))
        #expect(!registry.exposition().contains("user=\"1000\""))
    }

    @Test func stillCountsKeptSeriesAtTheLimitAndOtherNames() {
        for index in 0..<1000 {
            Counter(label: "x", dimensions: [("user", "\(index)")], factory: registry).increment()
        }
        Counter(label: "x", dimensions: [("user", "7")], factory: registry).increment()
        Counter(label: "y", dimensions: [("user", "new")], factory: registry).increment()
        #expect(registry.exposition().contains("\nx{user=\"7\"} 2\n"))
        #expect(registry.exposition().contains("\ny{user=\"new\"} 1\n"))
        #expect(dropped() == 0)
    }

    @Test func losesNothingThatIsRecordedAtOnce() async {
        await withTaskGroup(of: Void.self) { [registry] group in
            for worker in 0..<8 {
                group.addTask {
                    for step in 0..<500 {
                        Counter(label: "x", dimensions: [("n", "\(step % 5)")], factory: registry).increment()
                        Recorder(label: "y", factory: registry).record(worker)
                    }
                }
            }
        }
        for label in 0..<5 { #expect(registry.exposition().contains("\nx{n=\"\(label)\"} 800\n")) }
        #expect(registry.exposition().contains("\ny_count 4000\n"))
        #expect(registry.exposition().contains("\ny_sum 14000\n"))
    }
}
