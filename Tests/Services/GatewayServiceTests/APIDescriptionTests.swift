import FoundationEssentials
import HTTPTypes
import ServiceTestSupport
import Testing

@testable import GatewayService

/// The description of the API tells of what is there, and of nothing else.
@Suite(.timeLimit(.minutes(2))) struct APIDescriptionTests {
    /// As much of the description as the tests ask for.
    private struct Description: Decodable {
        struct Ignored: Decodable {}

        var openapi: String
        var paths: [String: [String: Ignored]]

        /// `GET /v1/listings` and so on.
        var calls: Set<String> {
            Set(
                paths.flatMap { path, members in
                    members.keys.filter { $0 != "parameters" }.map { "\($0.uppercased()) \(path)" }
                }
            )
        }
    }

    private func description(_ gateway: RunningGateway) async throws -> Description {
        try await gateway.send(.get, "/openapi.json").decoded()
    }

    @Test func describesEveryRouteAndNothingElse() async throws {
        try await withGateway { gateway in
            let description = try await description(gateway)
            let routes = try StandardRoutes.all().map { "\($0.method) \($0.pattern)" }
            #expect(description.openapi.hasPrefix("3."))
            #expect(description.calls == Set(routes + ["GET /openapi.json", "GET /docs"]))
        }
    }

    @Test func servesEveryCallThatItDescribes() async throws {
        try await withGateway { gateway in
            let token = try await gateway.token(["admin"])
            for call in try await description(gateway).calls {
                let parts = call.split(separator: " ").map(String.init)
                let method = try #require(HTTPRequest.Method(rawValue: parts[0]))
                let path = parts[1].replacing("{id}", with: "some-id")
                let type = path.hasSuffix("import") ? "application/x-ndjson" : "application/json"
                let answer = try await gateway.send(method, path, "{}", token: token, headers: [.contentType: type])
                #expect(answer.status == .ok, "\(call)")
            }
        }
    }

    @Test func hasTheRoutesThatItsUsersKnow() throws {
        let routes = try StandardRoutes.all().map { "\($0.method) \($0.pattern)" }
        #expect(Set(routes) == Set(PublicCall.all.map(\.testDescription) + ["GET /.well-known/jwks.json"]))
        #expect(routes.count == Set(routes).count)
    }
}
