import Correlation
import HTTPTypes
import Hummingbird
import NIOCore
import SearchContract
import ServiceClient
import ServiceTestSupport
import Testing

@testable import GatewayService

/// What of a message crosses the gateway.
@Suite(.timeLimit(.minutes(2))) struct ForwarderTests {
    private func field(_ name: String, of headers: HTTPFields) -> String? {
        headers.first { $0.name.canonicalName == name }?.value
    }

    private func headers(_ fields: [(String, String)]) throws -> HTTPFields {
        HTTPFields(try fields.map { HTTPField(name: try #require(HTTPField.Name($0.0)), value: $0.1) })
    }

    @Test func keepsWhatIsTheGatewaysToSayFromServices() async throws {
        try await withGateway { gateway in
            let sent = try headers([
                ("X-User-ID", "account-of-somebody"), ("X-User-Roles", "admin"), ("X-Forwarded-For", "10.0.0.1"),
                ("X-Forwarded-Host", "evil.example"), ("Forwarded", "for=10.0.0.1"),
                ("X-Request-Timeout-Ms", "86400000"), ("TE", "trailers"), ("Proxy-Authorization", "Basic x"),
                ("Accept", "application/json"), ("If-None-Match", "\"7\""), ("X-Harmless", "2"),
            ])
            #expect(try await gateway.send(.get, "/v1/listings", headers: sent).status == .ok)
            let received = try #require(gateway.search.calls.first).headers
            let dropped = [
                "x-user-id", "x-user-roles", "x-forwarded-host", "forwarded", "te", "proxy-authorization",
            ]
            for name in dropped { #expect(field(name, of: received) == nil, "\(name)") }
            #expect(["127.0.0.1", "::1"].contains(field("x-forwarded-for", of: received)))
            #expect(field("accept", of: received) == "application/json")
            #expect(field("if-none-match", of: received) == "\"7\"")
            #expect(field("x-harmless", of: received) == "2")
            let timeout = try #require(received[.requestTimeout].flatMap(Int.init))
            #expect((1...10_000).contains(timeout))
        }
    }

    @Test func keepsWhatIsTheServicesOwnFromClients() async throws {
        try await withGateway { gateway in
            let sent = try headers([
                ("Server", "search/1.0"), ("Keep-Alive", "timeout=5"), ("Proxy-Authenticate", "Basic"),
                ("ETag", "\"7\""), ("X-Correlation-ID", "of-the-service"),
            ])
            gateway.search.answer(FakeService.json("{}", headers: sent))
            let answer = try await gateway.send(.get, "/v1/listings", headers: [.correlationID: "of-the-client"])
            for name in ["server", "keep-alive", "proxy-authenticate", "x-request-timeout-ms", "x-forwarded-for"] {
                #expect(field(name, of: answer.headers) == nil, "\(name)")
            }
            #expect(answer.headers[values: .correlationID] == ["of-the-client"])
            #expect(answer.headers[.eTag] == "\"7\"")
            #expect(field("x-content-type-options", of: answer.headers) == "nosniff")
        }
    }

    @Test func keepsAnswersToLoggedInCallersOutOfCaches() async throws {
        try await withGateway { gateway in
            let token = try await gateway.token()
            #expect(try await gateway.send(.get, "/v1/listings", token: token).headers[.cacheControl] == "no-store")
            #expect(try await gateway.send(.get, "/v1/listings").headers[.cacheControl] == nil)
            let cacheable: HTTPFields = [.cacheControl: "private, max-age=5"]
            gateway.search.answer(FakeService.json("{}", headers: cacheable))
            let own = try await gateway.send(.get, "/v1/listings", token: token)
            #expect(own.headers[.cacheControl] == "private, max-age=5")
        }
    }

    @Test func passesTheCorrelationOnBothWays() async throws {
        try await withGateway { gateway in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let sent: HTTPFields = [.correlationID: "search-7", .traceParent: trace]
            let answer = try await gateway.send(.get, "/v1/listings", headers: sent)
            #expect(answer.headers[.correlationID] == "search-7")
            let received = try #require(gateway.search.calls.first).headers
            #expect(received[values: .correlationID] == ["search-7"])
            #expect(received[values: .traceParent].count == 1)
            #expect(received[.traceParent]?.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") == true)
            #expect(received[.traceParent] != trace)
        }
    }

    @Test func makesACorrelationIDWhereThereIsNone() async throws {
        try await withGateway { gateway in
            for headers in [[:], [.correlationID: "not; one"]] as [HTTPFields] {
                let answer = try await gateway.send(.get, "/v1/listings", headers: headers)
                let id = try #require(answer.headers[.correlationID])
                #expect(id.utf8.count == 32)
                #expect(gateway.search.calls.last?.headers[.correlationID] == id)
            }
        }
    }

    @Test func refusesJSONBodiesOfMoreThan64KiB() async throws {
        try await withGateway { gateway in
            let longest = String(repeating: " ", count: 64 * 1024 - 2) + "{}"
            #expect(try await gateway.send(.post, "/v1/accounts", longest).status == .ok)
            let answer = try await gateway.send(.post, "/v1/accounts", " " + longest)
            #expect(answer.status == .contentTooLarge)
            #expect(try answer.problem.type == "urn:clowder:problem:body-too-large")
            #expect(gateway.users.calls.count == 1)
        }
    }

    @Test(arguments: [
        ("/v1/accounts", "text/plain", "application/json"), ("/v1/accounts", "", "application/json"),
        ("/v1/listings/import", "application/json", "application/x-ndjson"),
    ])
    func refusesOtherMediaTypes(path: String, sent: String, accept: String) async throws {
        try await withGateway { gateway in
            let token = try await gateway.token(["admin"])
            let answer = try await gateway.send(.post, path, "{}", token: token, headers: [.contentType: sent])
            #expect(answer.status == .unsupportedMediaType)
            #expect(answer.headers[.accept] == accept)
            #expect(gateway.calls.isEmpty)
        }
    }

    @Test func handsImportsOnWhateverTheirLength() async throws {
        try await withGateway { gateway in
            let lines = (1...20_000).map { "{\"id\":\"A\($0)\",\"species\":\"DOG\"}\n" }.joined()
            let headers: HTTPFields = [.contentType: "application/x-ndjson"]
            let token = try await gateway.token(["shelter"])
            let answer = try await gateway.send(.post, SearchAddress.importPath, lines, token: token, headers: headers)
            #expect(answer.status == .ok)
            #expect(gateway.search.calls.first?.body == lines)
            let timeout = try #require(gateway.search.calls.first?.headers[.requestTimeout].flatMap(Int.init))
            #expect(timeout > 10_000)
        }
    }

    /// An answer of any length is passed on, whoever asks for it.
    @Test(arguments: [Forwarder.heldBackBytes, Forwarder.heldBackBytes + 1, 24 << 20]) func passesLongAnswersOn(
        bytes: Int
    ) async throws {
        try await withGateway { gateway in
            let token = try await gateway.token()
            let text =
                String(repeating: "0123456789abcdef", count: bytes / 16) + String(repeating: "x", count: bytes % 16)
            gateway.users.answer(FakeService.json(text))
            let answer = try await gateway.send(.get, "/v1/accounts/me", token: token)
            #expect(answer.status == .ok && answer.headers[.contentLength] == "\(bytes)")
            #expect(answer.body.utf8.count == bytes && answer.body == text)
            let head = try await gateway.send(.head, "/v1/accounts/me", token: token)
            #expect(head.status == .ok && head.body.isEmpty)
        }
    }

    /// A long answer that does not tell its length is passed on in chunks; one that breaks off is no short answer.
    @Test func tellsALongAnswerThatBreaksOffFromAShortOne() async throws {
        try await withGateway { gateway in
            let token = try await gateway.token()
            let part = ByteBuffer(repeating: 0x78, count: 100_000)
            gateway.users.answer(
                Response(
                    status: .ok,
                    body: .init { writer in
                        for _ in 0..<20 { try await writer.write(part) }
                        try await writer.finish(nil)
                    }
                )
            )
            let whole = try await gateway.send(.get, "/v1/accounts/me", token: token)
            #expect(whole.body.utf8.count == 2_000_000)
            gateway.users.answer(
                Response(
                    status: .ok,
                    body: .init { writer in
                        for _ in 0..<20 { try await writer.write(part) }
                        throw CancellationError()
                    }
                )
            )
            await #expect(throws: (any Error).self) { try await gateway.send(.get, "/v1/accounts/me", token: token) }
        }
    }
}
