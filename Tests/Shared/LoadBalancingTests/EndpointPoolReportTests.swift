import Discovery
import InMemoryLogging
import LoadBalancing
import Logging
import Metrics
import MetricsTestKit
import TestSupport
import Testing

/// What a pool tells its operator: one log line for every change, and metrics.
@Suite struct EndpointPoolReportTests {
    private let time = ManualTime()
    private let metrics = TestMetrics()
    private let logs = InMemoryLogHandler()
    private let pool: EndpointPool

    init() {
        pool = EndpointPool(
            service: ServiceName(known: "users"),
            policy: RoundRobin(),
            generator: SeededGenerator(seed: 1),
            metrics: metrics,
            now: { [time] in time.now }
        )
    }

    private func logged(_ level: Logger.Level, _ body: () throws -> Void) rethrows -> [String] {
        var logger = Logger(label: "test", factory: { _ in logs })
        logger.logLevel = level
        logs.clear()
        try withLogger(logger) { _ in try body() }
        return logs.entries.map { "\($0.message)" }
    }

    private func call(_ id: String, as outcome: EndpointPool.Outcome, times: Int = 1) {
        let others = Set(pool.snapshot.map(\.endpoint.id)).subtracting([id])
        for _ in 0..<times {
            if let pick = pool.pick(excluding: others) { pool.finish(pick, as: outcome) }
        }
    }

    private func gauge(_ name: String) throws -> Double? {
        try metrics.expectRecorder("clowder_pool_\(name)", [("service", "users")]).lastValue
    }

    private func counter(_ name: String, _ labels: [(String, String)] = []) throws -> Int64 {
        try metrics.expectCounter("clowder_pool_\(name)", [("service", "users")] + labels).totalValue
    }

    @Test func logsEveryChangeOfStateOnce() throws {
        pool.replace(with: Set(["a", "b", "c", "d"].map { .named($0) }))
        let lines = logged(.info) {
            call("a", as: .failure, times: 9)
            call("b", as: .failure, times: 5)
            pool.replace(with: Set(["a", "b", "c"].map { .named($0) }))
            pool.replace(with: [.named("a")])
            time.advance(by: .seconds(30))
            call("b", as: .success)
            call("a", as: .failure)
            time.advance(by: .seconds(30))
            pool.tick()
        }
        #expect(
            lines == [
                "replica ejected", "replica ejected", "fewer than half of the replicas are in use; all are used",
                "registry lacks most replicas; the missing ones are kept", "replica returned",
                "half of the replicas are in use again", "replica ejected",
                "registry still lacks most replicas; the missing ones are dropped",
                "fewer than half of the replicas are in use; all are used",
            ]
        )
    }

    @Test func saysWhoWasEjectedAndWhy() throws {
        pool.replace(with: [.named("a"), .named("b")])
        _ = logged(.info) { call("a", as: .failure, times: 5) }
        let entry = try #require(logs.entries.first)
        #expect(entry.level == .info)
        #expect(entry.metadata["pool.service"] == "users")
        #expect(entry.metadata["pool.replica"] == "\(Endpoint.named("a"))")
        #expect(entry.metadata["pool.ejected.for"] == "30.0 seconds")
        #expect(entry.metadata["pool.ejected.because"] == "consecutive-failures")
    }

    @Test func logsWhoComesAndGoesForThoseWhoAsk() {
        let lines = logged(.debug) {
            pool.replace(with: [.named("a"), .named("b")])
            pool.replace(with: [.named("a", weight: 2), .named("c")])
            time.advance(by: .seconds(10))
            pool.replace(with: [])
            time.advance(by: .seconds(60))
            pool.tick()
            pool.replace(with: [.named("c")])
        }
        #expect(
            lines == [
                "replicas added", "replicas added", "replicas removed", "replica weights changed",
                "registry lacks most replicas; the missing ones are kept",
                "registry still has no replica, and some answer; all are kept", "registry has enough replicas again",
                "replicas removed",
            ]
        )
    }

    @Test func countsEjectionsReturnsAndProbes() throws {
        pool.replace(with: [.named("a"), .named("b")])
        #expect(try gauge("replicas") == 2)
        call("a", as: .failure, times: 5)
        #expect(try counter("ejections_total", [("reason", "consecutive-failures")]) == 1)
        #expect(try gauge("ejected_replicas") == 1)
        time.advance(by: .seconds(30))
        call("a", as: .failure)
        #expect(try counter("ejections_total", [("reason", "probe")]) == 1)
        time.advance(by: .seconds(60))
        call("a", as: .success)
        #expect(try counter("probes_total") == 2)
        #expect(try counter("returns_total") == 1)
        #expect(try gauge("ejected_replicas") == 0)
    }

    @Test func countsPicksUnderPanic() throws {
        pool.replace(with: Set(["a", "b", "c", "d"].map { .named($0) }))
        call("a", as: .failure, times: 5)
        call("b", as: .failure, times: 5)
        #expect(try gauge("panicking") == 0)
        #expect(try counter("panic_picks_total") == 0)
        pool.replace(with: Set(["a", "b", "c"].map { .named($0) }))
        #expect(try gauge("panicking") == 1)
        for _ in 0..<7 { _ = pool.pick() }
        #expect(try counter("panic_picks_total") == 7)
    }

    @Test func tellsTheAgeOfItsData() throws {
        pool.tick()
        #expect(throws: (any Error).self) { try gauge("set_age_seconds") }
        pool.replace(with: [.named("a")])
        time.advance(by: .milliseconds(2500))
        pool.tick()
        #expect(try gauge("set_age_seconds") == 2.5)
        pool.replace(with: [])
        #expect(try gauge("set_held") == 1)
        pool.tick()
        #expect(try gauge("set_age_seconds") == 0)
        pool.replace(with: [.named("a")])
        #expect(try gauge("set_held") == 0)
    }
}
