import CoreMetrics
import Discovery
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import LoadBalancing
import Resilience
import Telemetry
import TestSupport
import Testing

@testable import ServiceRuntime

@Suite struct OperationsRoutesTests {
    private let metrics = PrometheusRegistry()
    private let connections = ConnectionTracker()
    private let pool = EndpointPool(
        service: ServiceName(known: "search"),
        generator: SeededGenerator(seed: 1),
        now: { .zero }
    )
    private let breaker = SharedCircuitBreaker(from: ContinuousClock().now)
    private let bulkhead = SharedBulkhead(limit: 7)
    private let startedAt = Date(timeIntervalSince1970: 1_700_000_000)

    private struct Refused: Error, CustomStringConvertible {
        var description: String { "the disk is full" }
    }

    private func get(_ path: String, _ readiness: Readiness = Readiness(checks: [])) async throws -> TestResponse {
        let routes = OperationsRoutes(
            readiness: readiness,
            metrics: metrics,
            connections: connections,
            upstreams: { [UpstreamSource(pool: pool, breaker: breaker, bulkhead: bulkhead)] },
            information: ProcessInformation(
                service: "users",
                instance: "users-1",
                version: "v1.2.3",
                startedAt: startedAt,
                processID: 4711,
                uptimeSeconds: 0
            )
        )
        return try await Application(responder: routes.router().buildResponder()).test(.router) { client in
            try await client.execute(uri: path, method: .get)
        }
    }

    private func body(_ path: String, _ readiness: Readiness = Readiness(checks: [])) async throws -> String {
        String(buffer: try await get(path, readiness).body)
    }

    private func readiness(_ phase: Readiness.Phase, _ checks: Readiness.Check...) -> Readiness {
        let readiness = Readiness(checks: checks)
        readiness.enter(phase)
        return readiness
    }

    private let good = Readiness.Check("store") {}
    private let bad = Readiness.Check("queue") { throw Refused() }

    @Test func isAliveWhateverItsDependenciesAre() async throws {
        for readiness in [readiness(.starting, bad), readiness(.serving, bad), readiness(.draining, good)] {
            let response = try await get("/livez", readiness)
            #expect(response.status == .ok)
            #expect(String(buffer: response.body) == #"{"status":"alive"}"#)
        }
    }

    @Test func isReadyWhenItServesAndAllChecksPass() async throws {
        let readiness = readiness(.serving, good)
        #expect(try await get("/readyz", readiness).status == .ok)
        let expected = #"{"checks":[{"name":"store","ok":true}],"phase":"serving","status":"ready"}"#
        #expect(try await body("/readyz", readiness) == expected)
    }

    @Test func namesTheCheckThatFails() async throws {
        let readiness = readiness(.serving, good, bad)
        #expect(try await get("/readyz", readiness).status == .serviceUnavailable)
        let expected =
            #"{"checks":[{"name":"store","ok":true},{"detail":"the disk is full","name":"queue","ok":false}],"#
            + #""phase":"serving","status":"not-ready"}"#
        #expect(try await body("/readyz", readiness) == expected)
    }

    @Test(arguments: [Readiness.Phase.starting, .draining])
    func isNotReadyInAnotherPhase(_ phase: Readiness.Phase) async throws {
        let readiness = readiness(phase, good)
        #expect(try await get("/readyz", readiness).status == .serviceUnavailable)
        #expect(try await body("/readyz", readiness).contains(#""phase":"\#(phase.rawValue)","status":"not-ready""#))
    }

    @Test func writesMetricsForPrometheus() async throws {
        metrics.makeCounter(label: "cats_total", dimensions: [("color", "black")]).increment(by: 3)
        let response = try await get("/metrics")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(buffer: response.body).contains("# TYPE cats_total counter\ncats_total{color=\"black\"} 3\n"))
    }

    @Test func saysWhatTheProcessIs() async throws {
        struct Information: Decodable {
            var service: String
            var instance: String
            var version: String
            var startedAt: Date
            var processID: Int
            var uptimeSeconds: Int
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let data = Data(try await body("/info").utf8)
        let information = try decoder.decode(Information.self, from: data)
        #expect(information.service == "users" && information.instance == "users-1")
        #expect(information.version == "v1.2.3" && information.processID == 4711)
        #expect(information.startedAt == startedAt)
        #expect(abs(Double(information.uptimeSeconds) - Date().timeIntervalSince(startedAt)) < 60)
    }

    @Test func saysWhoIsConnected() async throws {
        #expect(try await body("/connections") == #"{"connections":[]}"#)
        let id = ObjectIdentifier(metrics)
        connections.opened(id, peer: "192.0.2.1:5000")
        connections.requestStarted(id)
        let text = try await body("/connections")
        #expect(text.hasPrefix(#"{"connections":[{"inFlight":1,"peer":"192.0.2.1:5000","requests":1,"since":""#))
    }

    @Test func countsTheRequestsInFlight() async throws {
        #expect(try await body("/metrics").contains("\nclowder_http_requests_in_flight 0\n"))
        for (id, requests) in [(ObjectIdentifier(metrics), 2), (ObjectIdentifier(connections), 1)] {
            connections.opened(id, peer: "192.0.2.1:5000")
            for _ in 0..<requests { connections.requestStarted(id) }
        }
        #expect(try await body("/metrics").contains("\nclowder_http_requests_in_flight 3\n"))
        connections.requestFinished(ObjectIdentifier(metrics))
        #expect(try await body("/metrics").contains("\nclowder_http_requests_in_flight 2\n"))
    }

    @Test func showsWhetherCallsPass() async throws {
        pool.replace(with: [Endpoint(id: "search-1", host: "search-1.example", port: 80)])
        #expect(try await body("/upstreams").contains(#""breaker":"closed""#))
        let now = ContinuousClock().now
        for _ in 0..<20 {
            guard case .admitted(let permit, _) = breaker.admit(at: now) else { break }
            breaker.finish(permit, as: .failure, after: .zero, at: now)
        }
        #expect(try await body("/upstreams").contains(#""breaker":"open""#))
        let line = try await body("/upstreams.txt").split(separator: "\n").last
        #expect(line?.hasSuffix(" open     0/7") == true)
    }

    @Test func showsTheReplicasItCalls() async throws {
        #expect(try await body("/upstreams.txt").contains("search   none"))
        pool.replace(with: [Endpoint(id: "search-1", host: "search-1.example", port: 80, weight: 2)])
        let calls = (0..<5).compactMap { _ in pool.pick() }
        for call in calls.dropLast() { pool.finish(call, as: .success, after: .milliseconds(3)) }
        let table = try await get("/upstreams.txt")
        #expect(table.headers[.contentType] == "text/plain; charset=utf-8")
        let lines = String(buffer: table.body).split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines[0].prefix(4) == ["SERVICE", "REPLICA", "ADDRESS", "STATE"])
        #expect(lines[1].prefix(3) == ["search", "search-1", "search-1.example:80"])
        let json = try await body("/upstreams")
        for part in [
            #""service":"search""#, #""id":"search-1""#, #""inFlight":1"#, #""weight":2"#, #""successRate":1"#,
            #""panicking":false"#, #""maximumInFlight":7"#, #""setAgeSeconds":0"#,
        ] {
            #expect(json.contains(part), "\(part) in \(json)")
        }
    }
}
