import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ServiceClient
import ServiceTestSupport
import TestSupport
import Testing

@testable import GatewayService

/// `X-Overloaded` is what services tell each other: a client neither says it nor hears it.
@Suite(.timeLimit(.minutes(1))) struct OverloadMarkTests {
    @Test(arguments: [RunningGateway.Listener.plain, .edge])
    func keepsTheMarkOfAServiceFromClients(listener: RunningGateway.Listener) async throws {
        try await withGateway(on: listener) { gateway in
            let marked: HTTPFields = [.overloaded: "1", .retryAfter: "1"]
            gateway.search.answer(FakeService.problem("{}", status: .serviceUnavailable, headers: marked))
            let answer = try await gateway.send(.get, "/v1/listings")
            #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "1")
            #expect(!answer.headers.contains(.overloaded))
        }
    }

    @Test(arguments: [RunningGateway.Listener.plain, .edge])
    func keepsTheMarkOfAClientFromServices(listener: RunningGateway.Listener) async throws {
        try await withGateway(on: listener) { gateway in
            // What is asked for with a token is no answer for all, for which no field of a client is passed on.
            let token = try await gateway.token()
            _ = try await gateway.send(.get, "/v1/listings", token: token, headers: [.overloaded: "1"])
            #expect(try #require(gateway.search.calls.first).headers.contains(.overloaded) == false)
        }
    }

    /// The gateway's own refusal when it has as many calls of a service in hand as it may.
    @Test(arguments: [RunningGateway.Listener.plain, .edge])
    func refusesWithoutAMark(listener: RunningGateway.Listener) async throws {
        try await withOneCallAtATime { routes in
            try await withGateway(settings: ["--routes-file=\(routes)"], on: listener) { gateway in
                gateway.search.hold()
                async let first = gateway.send(.get, "/v1/listings/A1")
                try await eventually("the first call is in hand", holds: { gateway.search.calls.count == 1 })
                let port = try #require(gateway.client.port)
                let second = try await TestClient.withClient(host: "localhost", port: port) { client in
                    try await client.execute(
                        TestClient.Request("/v1/listings/A2", method: .get, authority: "localhost")
                    )
                }
                gateway.search.release()
                #expect(second.status == .serviceUnavailable)
                #expect(second.headers[.retryAfter] == "1")
                #expect(second.body.map { String(buffer: $0) }?.contains("as many calls in hand as it may") == true)
                #expect(!second.headers.contains(.overloaded))
                #expect(try await first.status == .ok)
            }
        }
    }

    /// The routes that are built in, with one call at a time to `search`.
    private func withOneCallAtATime(_ body: (String) async throws -> Void) async throws {
        let standard = try ProjectFiles.read(
            ProjectFiles.root + "/Services/Gateway/Service/Resources/routes.json"
        )
        let text = String(decoding: standard, as: UTF8.self)
            .replacing(#""search", "bulkhead": 1000"#, with: #""search", "bulkhead": 1"#)
        try await withTemporaryDirectory { directory in
            let path = directory + "/routes.json"
            try Data(text.utf8).write(to: URL(filePath: path))
            try await body(path)
        }
    }
}
