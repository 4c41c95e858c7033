import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import Logging
import NIOCore
import Resilience
import ServiceClient
import ServiceRuntime
import Synchronization
import TestSupport
import Testing

/// The deadline of a request, from its header to its end.
@Suite(.timeLimit(.minutes(1))) struct RequestDeadlineTests {
    private let now = ContinuousClock().now

    private func remaining(_ limits: DeadlineLimits, _ header: String?) -> Duration {
        var headers = HTTPFields()
        headers[.requestTimeout] = header
        return limits.deadline(for: .sample(headers: headers), at: now).remaining(at: now)
    }

    @Test(
        arguments: [
            (nil, 2000), ("0", 0), ("1", 1), ("1999", 1999), ("2001", 2001), ("9999", 9999), ("10001", 10_000),
            ("9223372036854775807", 10_000), ("-1", 2000), ("abc", 2000), ("", 2000), ("1.5", 2000),
        ] as [(String?, Int64)]
    )
    func countsTheHeaderUpToTenSecondsWithinTheSystem(_ header: String?, _ milliseconds: Int64) {
        #expect(remaining(.service(), header) == .milliseconds(milliseconds))
    }

    @Test(arguments: [(nil, 500), ("400", 400), ("600", 500), ("abc", 500)] as [(String?, Int64)])
    func shortensToTheLimitOfTheRoute(_ header: String?, _ milliseconds: Int64) {
        let limits = DeadlineLimits.service { _ in .milliseconds(500) }
        #expect(remaining(limits, header) == .milliseconds(milliseconds))
    }

    @Test(arguments: [nil, "1", "99999", "abc"] as [String?])
    func ignoresTheHeaderAtTheEdge(_ header: String?) {
        #expect(remaining(.edge(), header) == .seconds(10))
        #expect(remaining(.edge { _ in .seconds(30) }, header) == .seconds(30))
    }

    @Test func asksTheLimitOfThatRequest() {
        let limits = DeadlineLimits.edge { $0.uri.path == "/import" ? .seconds(60) : .seconds(1) }
        #expect(limits.deadline(for: .sample("/import"), at: now).remaining(at: now) == .seconds(60))
        #expect(limits.deadline(for: .sample("/thing"), at: now).remaining(at: now) == .seconds(1))
    }

    @Test func answersAnExpiredRequestWithoutCallingTheHandler() async throws {
        let wasCalled = Mutex(false)
        let scope = RouterScope()
        let response = try await scope.answer(headers: [.requestTimeout: "0"]) { _ in
            wasCalled.withLock { $0 = true }
            return Response(status: .ok)
        }
        #expect(response.status == .gatewayTimeout)
        #expect(try ProblemReply(response).type == "urn:clowder:problem:deadline-exceeded")
        #expect(!wasCalled.withLock { $0 })
        #expect(scope.entry("request finished")?.metadata["outcome"] == "server-error")
    }

    @Test func cancelsTheHandlerAtTheDeadline() async throws {
        let wasCancelled = Mutex(false)
        let response = try await RouterScope().answer(headers: [.requestTimeout: "30"]) { _ in
            // The wait ends with the cancellation's error, which is what the test is about.
            for await _ in AsyncStream<Never>(unfolding: { try? await eventually("never") { nil as Never? } }) {}
            wasCancelled.withLock { $0 = Task.isCancelled }
            return Response(status: .ok)
        }
        #expect(response.status == .gatewayTimeout)
        #expect(wasCancelled.withLock { $0 })
    }

    /// Who has not sent all of it when the time is up was too slow itself.
    @Test(arguments: [false, true]) func tellsASlowClientFromASlowService(readsBody: Bool) async throws {
        let headers: HTTPFields = [.requestTimeout: "30"]
        let body = ByteBuffer(string: "all of it")
        let response = try await RouterScope().answer(.post, headers: headers, body: body) { request in
            if readsBody { for try await _ in request.body {} }
            // As above.
            for await _ in AsyncStream<Never>(unfolding: { try? await eventually("never") { nil as Never? } }) {}
            return Response(status: .ok)
        }
        #expect(response.status == (readsBody ? .gatewayTimeout : .requestTimeout))
        let type = readsBody ? "deadline-exceeded" : "slow-request"
        #expect(try ProblemReply(response).type == "urn:clowder:problem:\(type)")
    }

    @Test func bindsTheDeadlineForTheHandler() async throws {
        let seen = Mutex<Duration?>(nil)
        _ = try await RouterScope().answer(headers: [.requestTimeout: "9000"]) { _ in
            seen.withLock { $0 = Deadline.current?.remaining(at: ContinuousClock().now) }
            return Response(status: .ok)
        }
        let remaining = try #require(seen.withLock { $0 })
        #expect(remaining <= .seconds(9) && remaining > .seconds(2))
    }
}
