import HTTPTypes
import ServiceTestSupport
import Testing
import Tokens

/// Which service answers which call, and what is answered when none does.
@Suite(.timeLimit(.minutes(2))) struct GatewayResponderTests {
    @Test(arguments: PublicCall.all)
    func sendsEachCallToItsService(call: PublicCall) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.make(call, token: try await gateway.token(["admin"]))
            #expect(answer.status == .ok)
            #expect(answer.body == #"{"service":"\#(call.service)"}"#)
            #expect(gateway.calls.count == 1)
            let received = try #require(gateway.services[call.service].calls.first)
            #expect(received.method == call.method)
            #expect(received.path == call.path)
            #expect(received.body == call.body?.text ?? "")
            #expect(received.headers[.contentType] == call.body?.type)
        }
    }

    @Test func passesOnTheKeySet() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(.get, "/.well-known/jwks.json")
            #expect(answer.status == .ok)
            #expect(answer.body.contains(gateway.services.key.id))
            #expect(gateway.users.keySetCount == 1)
        }
    }

    @Test func passesOnTheQueryAsItIs() async throws {
        try await withGateway { gateway in
            let path = "/v1/listings?q=%22black+cat%22&species=D%C3%96G&limit=5&cursor=a-_b"
            _ = try await gateway.send(.get, path)
            #expect(gateway.search.calls.map(\.path) == [path])
        }
    }

    @Test(arguments: [
        "/nothing", "/v1", "/v1/", "/v2/listings", "/v1/listings/", "/v1/listings//", "//v1/listings",
        "/v1/listings/a/b", "/V1/listings", "/v1/accounts//roles", "/livez", "/metrics",
    ])
    func answers404ForUnknownPaths(path: String) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(.get, path, token: try await gateway.token(["admin"]))
            #expect(answer.status == .notFound)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(try answer.problem.type == "urn:clowder:problem:not-found")
            #expect(gateway.calls.isEmpty)
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.put, "/v1/accounts", "OPTIONS, POST"), (.get, "/v1/accounts/verify", "OPTIONS, POST"),
        (.post, "/v1/accounts/me", "DELETE, GET, HEAD, OPTIONS, PATCH"), (.get, "/v1/sessions", "OPTIONS, POST"),
        (.get, "/v1/password-resets", "OPTIONS, POST, PUT"), (.delete, "/v1/listings", "GET, HEAD, OPTIONS"),
        (.post, "/v1/listings/A1", "DELETE, GET, HEAD, OPTIONS, PUT"), (.put, "/v1/listings/import", "OPTIONS, POST"),
        (.get, "/v1/listings/import", "OPTIONS, POST"), (.put, "/v1/mail/dead-letters", "GET, HEAD, OPTIONS"),
        (.trace, "/v1/listings", "GET, HEAD, OPTIONS"), (.post, "/docs", "GET, HEAD, OPTIONS"),
        (.delete, "/openapi.json", "GET, HEAD, OPTIONS"), (.post, "/verify", "GET, HEAD, OPTIONS"),
    ])
    func answers405WithWhatIsAllowed(method: HTTPRequest.Method, path: String, allow: String) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(method, path, token: try await gateway.token(["admin"]))
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == allow)
            #expect(try answer.problem.type == "urn:clowder:problem:method-not-allowed")
            #expect(gateway.calls.isEmpty)
        }
    }

    @Test(arguments: [("/v1/listings", "GET, HEAD, OPTIONS"), ("/docs", "GET, HEAD, OPTIONS")])
    func tellsWhatAPathAnswersTo(path: String, allow: String) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(.options, path)
            #expect(answer.status == .noContent)
            #expect(answer.headers[.allow] == allow)
        }
    }

    @Test func answersHEADLikeGETWithoutTheBody() async throws {
        try await withGateway { gateway in
            let whole = try await gateway.send(.get, "/v1/listings")
            let head = try await gateway.send(.head, "/v1/listings")
            #expect(head.status == .ok)
            #expect(head.body.isEmpty)
            #expect(head.headers[.contentLength] == whole.headers[.contentLength])
            #expect(gateway.search.calls.map(\.method) == [.get, .get])
        }
    }

    @Test func passesOnWhateverAServiceAnswers() async throws {
        try await withGateway { gateway in
            let problem = #"{"type":"urn:clowder:problem:not-found","status":404}"#
            let headers: HTTPFields = [.eTag: "\"7\"", .retryAfter: "3", .location: "/v1/listings/A1"]
            gateway.search.answer(FakeService.problem(problem, status: .notFound, headers: headers))
            let answer = try await gateway.send(.get, "/v1/listings/A1")
            #expect(answer.status == .notFound)
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer.body == problem)
            for field in headers { #expect(answer.headers[field.name] == field.value) }
        }
    }

    @Test func triesReadingAgainAndWritingNever() async throws {
        try await withGateway { gateway in
            let away = FakeService.json("{}", status: .serviceUnavailable)
            gateway.search.answer(away, FakeService.json(#"{"items":[]}"#))
            #expect(try await gateway.send(.get, "/v1/listings").status == .ok)
            #expect(gateway.search.calls.count == 2)
            gateway.users.answer(away)
            let refused = try await gateway.send(.post, "/v1/sessions", "{}")
            #expect(refused.status == .serviceUnavailable)
            #expect(gateway.users.calls.count == 1)
        }
    }
}
