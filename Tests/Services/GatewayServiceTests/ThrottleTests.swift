import HTTPTypes
import Hummingbird
import NIOCore
import Resilience
import ServiceClient
import ServiceRuntime
import ServiceTestSupport
import Testing

@testable import GatewayService

/// How many requests are let in.
@Suite(.timeLimit(.minutes(1))) struct ThrottleTests {
    private let clock = ContinuousClock()

    private func throttle(_ limit: Int) -> Throttle {
        var policy = AdaptiveConcurrencyPolicy()
        (policy.initialLimit, policy.minimumLimit, policy.maximumLimit) = (limit, min(10, limit), limit)
        return Throttle(limit: SharedConcurrencyLimit(policy: policy, from: clock.now), clock: clock)
    }

    @Test func hasTheDocumentedDefaults() throws {
        let policy = try #require(SnapshotMaker.concurrency(try GatewayConfiguration().file.maximumInFlight))
        #expect(policy.initialLimit == 400 && policy.minimumLimit == 10 && policy.maximumLimit == 2000)
        #expect(policy.negligibleLatency == .milliseconds(50))
        #expect(try GatewayConfiguration(arguments: ["--limit-in-flight-maximum=0"]).file.maximumInFlight == 0)
        #expect(SnapshotMaker.concurrency(0) == nil)
    }

    @Test(
        arguments: [
            (.post, "/v1/sessions", .authentication), (.post, "/v1/sessions/refresh", .authentication),
            (.delete, "/v1/sessions/current", .write), (.post, "/v1/accounts", .write),
            (.put, "/v1/listings/{id}", .write), (.get, "/v1/listings", .search), (.get, "/v1/accounts/me", .search),
            (.post, "/v1/listings/import", .import),
        ] as [(HTTPRequest.Method, String, RequestPriority)]
    )
    func knowsWhatMatters(_ method: HTTPRequest.Method, _ path: String, _ priority: RequestPriority) throws {
        let route = try StandardRoutes.all().first { $0.method == method && $0.pattern.description == path }
        #expect(route?.priority == priority)
    }

    @Test func tellsAShedClientWhenToComeBack() throws {
        let throttle = throttle(1)
        let place = try throttle.admit(.search)
        let problem = #expect(throws: Problem.self) { try throttle.admit(.import) }
        #expect(problem?.status == .serviceUnavailable)
        #expect(problem?.kind == "overloaded")
        #expect(problem?.headers[.retryAfter] == "10")
        place.finish(Response(status: .ok))
        _ = try throttle.admit(.import)
    }

    /// Answers by which the service says that it has too much to do, and calls that met their deadline.
    @Test func lowersTheLimitWhenCallsAreDropped() throws {
        let busy = Response(status: .serviceUnavailable, headers: [.retryAfter: "1"])
        let late = ServiceClientError(.deadlineExceeded, service: "search")
        for drop in [{ $0.finish(busy) }, { $0.finish(late) }] as [(Throttle.Place) -> Void] {
            let throttle = throttle(100)
            try windows(of: throttle, drop)
            #expect(throttle.limit.limit < 100)
            #expect(throttle.limit.inFlight == 0)
        }
    }

    @Test func keepsTheLimitWhenCallsFailOtherwise() throws {
        let throttle = throttle(100)
        try windows(of: throttle) { $0.finish(Problem.notFound("listing")) }
        try windows(of: throttle) { $0.finish(Response(status: .internalServerError)) }
        #expect(throttle.limit.limit == 100)
        #expect(throttle.limit.inFlight == 0)
    }

    /// Calls that go on for as long as the limit needs for a step.
    private func windows(of throttle: Throttle, _ end: (Throttle.Place) -> Void) throws {
        let start = clock.now
        var calls = 0
        while calls < 20 || clock.now < start.advanced(by: AdaptiveConcurrencyPolicy.defaultSampleWindow * 2) {
            end(try throttle.admit(.search))
            calls += 1
        }
    }

    @Test func givesEveryPlaceBack() async throws {
        try await withGateway(settings: ["--limit-in-flight-maximum=1"]) { gateway in
            gateway.search.answer(FakeService.json("{}"), FakeService.problem("{}", status: .notFound))
            for _ in 0..<20 {
                let answer = try await gateway.send(.get, "/v1/listings")
                #expect(answer.status == .ok || answer.status == .notFound)
            }
            for _ in 0..<5 {
                let answer = try await gateway.send(.get, "/v1/accounts/me")
                #expect(answer.status == .unauthorized)
            }
            let answer = try await gateway.send(.post, "/v1/accounts", "x")
            #expect(answer.status != .serviceUnavailable)
        }
    }
}
