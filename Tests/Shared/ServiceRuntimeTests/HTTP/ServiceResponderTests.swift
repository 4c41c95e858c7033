import Correlation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import Logging
import NIOCore
import ServiceContextModule
import ServiceRuntime
import Synchronization
import Testing

/// Correlation and log lines of requests.
@Suite struct ServiceResponderTests {
    @Test(arguments: ["action-7", "A.b_C-9", String(repeating: "a", count: 128)])
    func takesTheCorrelationIDOfTheRequest(_ id: String) async throws {
        let seen = Mutex<String?>(nil)
        let response = try await RouterScope().answer(headers: [.correlationID: id]) { _ in
            seen.withLock { $0 = ServiceContext.current?.correlationID?.description }
            return Response(status: .ok)
        }
        #expect(response.headers[.correlationID] == id)
        #expect(seen.withLock { $0 } == id)
    }

    @Test(arguments: [nil, "", "a b", "<script>", "ä", String(repeating: "a", count: 129)] as [String?])
    func replacesAMissingOrUnacceptableCorrelationID(_ sent: String?) async throws {
        var headers = HTTPFields()
        headers[.correlationID] = sent
        let response = try await RouterScope().answer(headers: headers)
        let made = try #require(response.headers[.correlationID])
        #expect(made.count == 32 && made != sent)
        #expect(made.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }

    @Test func makesADifferentCorrelationIDForEachRequest() async throws {
        let first = try await RouterScope().answer().headers[.correlationID]
        let second = try await RouterScope().answer().headers[.correlationID]
        #expect(first != second)
    }

    @Test func continuesTheTraceWithASpanOfItsOwn() async throws {
        let seen = Mutex<TraceContext?>(nil)
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        _ = try await RouterScope().answer(headers: [.traceParent: parent, .traceState: "vendor=1"]) { _ in
            seen.withLock { $0 = ServiceContext.current?.traceContext }
            return Response(status: .ok)
        }
        let trace = try #require(seen.withLock { $0 })
        #expect(trace.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(trace.spanID != "b7ad6b7169203331")
        #expect(trace.traceState == "vendor=1")
    }

    /// The query may hold what is nobody's business.
    @Test func logsStartAndEndWithoutTheQuery() async throws {
        let scope = RouterScope()
        _ = try await scope.answer(.get, "/thing/7?token=hunter2", headers: [.correlationID: "action-7"])
        let start = try #require(scope.entry("request started"))
        let end = try #require(scope.entry("request finished"))
        for line in [start, end] {
            #expect(line.level == .info)
            #expect(line.metadata["http.method"] == "GET")
            #expect(line.metadata["http.path"] == "/thing/7")
            #expect(line.metadata["correlation.id"] == "action-7")
        }
        #expect(!"\(scope.entries)".contains("hunter2"))
    }

    @Test(arguments: [
        (HTTPResponse.Status.ok, "ok", "info"), (.created, "ok", "info"), (.seeOther, "ok", "info"),
        (.notFound, "client-error", "info"), (.tooManyRequests, "client-error", "info"),
        (.serviceUnavailable, "server-error", "warning"), (.internalServerError, "server-error", "warning"),
    ])
    func logsStatusOutcomeAndDuration(_ status: HTTPResponse.Status, _ outcome: String, _ level: String) async throws {
        let scope = RouterScope()
        _ = try await scope.answer { _ in
            guard status.code < 400 else { throw Problem(status, "refused") }
            return Response(status: status)
        }
        let line = try #require(scope.entry("request finished"))
        #expect(line.metadata["http.status"]?.description == "\(status.code)")
        #expect(line.metadata["outcome"]?.description == outcome)
        #expect(line.level.rawValue == level)
        let duration = try #require(line.metadata["duration.ms"].flatMap { Double($0.description) })
        #expect(duration > 0 && duration < 10_000)
    }

    @Test func logsTheErrorBehindAServerErrorAndTellsTheCallerNothing() async throws {
        struct Secretive: Error, CustomStringConvertible {
            var description: String { "the disk is on fire" }
        }
        let scope = RouterScope()
        let response = try await scope.answer { _ in throw Secretive() }
        #expect(response.status == .internalServerError)
        #expect(!String(buffer: response.body).contains("fire"))
        #expect(scope.entry("request finished")?.metadata["error"]?.description == "the disk is on fire")
    }

    @Test func logsNoErrorForARefusal() async throws {
        let scope = RouterScope()
        _ = try await scope.answer { _ in throw Problem.notFound("thing") }
        let line = try #require(scope.entry("request finished"))
        #expect(line.metadata["error"] == nil)
    }
}
