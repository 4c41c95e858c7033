import HTTPTypes
import ServiceTestSupport
import TestSupport
import Testing
import Tokens
import UsersContract

/// Who gets past the gateway.
@Suite(.timeLimit(.minutes(2))) struct GatewayAccessTests {
    private static let invalid = #"Bearer realm="clowder", error="invalid_token""#

    @Test(arguments: PublicCall.all)
    func letsCallersWithoutATokenMakePublicCallsOnly(call: PublicCall) async throws {
        try await withGateway { gateway in
            let answer = try await gateway.make(call, token: nil)
            #expect(answer.status == (call.role == nil ? .ok : .unauthorized))
            #expect(answer.headers[.wwwAuthenticate] == (call.role == nil ? nil : #"Bearer realm="clowder""#))
            #expect(gateway.calls.count == (call.role == nil ? 1 : 0))
        }
    }

    @Test(arguments: PublicCall.all)
    func letsMembersMakeTheCallsOfMembersOnly(call: PublicCall) async throws {
        try await withGateway { gateway in
            let isAllowed = call.role == nil || call.role == "member"
            let answer = try await gateway.make(call, token: try await gateway.token())
            #expect(answer.status == (isAllowed ? .ok : .forbidden))
            #expect(gateway.calls.count == (isAllowed ? 1 : 0))
            if !isAllowed { #expect(try answer.problem.type == "urn:clowder:problem:forbidden") }
        }
    }

    @Test(arguments: PublicCall.all)
    func letsTheRoleOfACallMakeIt(call: PublicCall) async throws {
        try await withGateway { gateway in
            let roles = Set([call.role].compactMap { $0 }).subtracting(["member"])
            let answer = try await gateway.make(call, token: try await gateway.token(roles))
            #expect(answer.status == .ok)
        }
    }

    @Test func refusesAnExpiredToken() async throws {
        try await withGateway { gateway in
            let token = try await gateway.token()
            gateway.time.advance(by: AccessTokenIssuer.defaultLifetime + .seconds(4))
            #expect(try await gateway.send(.get, "/v1/accounts/me", token: token).status == .ok)
            gateway.time.advance(by: .seconds(2))
            let answer = try await gateway.send(.get, "/v1/accounts/me", token: token)
            #expect(answer.status == .unauthorized)
            #expect(answer.headers[.wwwAuthenticate] == Self.invalid)
            #expect(gateway.users.calls.count == 1)
        }
    }

    @Test func refusesTokensThatTheUsersServiceDidNotIssueForThis() async throws {
        try await withGateway { gateway in
            let token = try await gateway.token(["admin"])
            let parts = token.split(separator: ".")
            let other = try await gateway.token().split(separator: ".")
            let tokens = [
                try await gateway.token(["admin"], key: SigningKey()),
                try await gateway.token(["admin"], audience: "somebody-else"),
                "\(other[0]).\(parts[1]).\(other[2])", "\(parts[0]).\(parts[1])", token + "x", "x",
            ]
            for token in tokens {
                let answer = try await gateway.send(.get, "/v1/mail/dead-letters", token: token)
                #expect(answer.status == .unauthorized, "\(token)")
                #expect(answer.headers[.wwwAuthenticate] == Self.invalid)
                #expect(try answer.problem.type == "urn:clowder:problem:unauthorized")
            }
            #expect(gateway.calls.isEmpty)
        }
    }

    /// A bad token is never less than none.
    @Test func refusesABadTokenOnPublicCallsToo() async throws {
        try await withGateway { gateway in
            let answer = try await gateway.send(.get, "/v1/listings", token: "x")
            #expect(answer.status == .unauthorized)
            #expect(gateway.calls.isEmpty)
        }
    }

    @Test(arguments: ["Basic YWRhOnB3", "Bearer", "bearer"])
    func takesBearerTokensOnly(authorization: String) async throws {
        try await withGateway { gateway in
            let headers: HTTPFields = [.authorization: authorization]
            let answer = try await gateway.send(.get, "/v1/accounts/me", headers: headers)
            #expect(answer.status == .unauthorized)
            #expect(answer.headers[.wwwAuthenticate] == #"Bearer realm="clowder", error="invalid_request""#)
        }
    }

    @Test func takesNoTokenFromTheURL() async throws {
        try await withGateway { gateway in
            let token = try await gateway.token()
            let answer = try await gateway.send(.get, "/v1/accounts/me?access_token=" + token)
            #expect(answer.status == .unauthorized)
        }
    }

    @Test func asksForTheKeysOnce() async throws {
        try await withGateway { gateway in
            for _ in 0..<3 {
                let token = try await gateway.token()
                #expect(try await gateway.send(.get, "/v1/accounts/me", token: token).status == .ok)
            }
            #expect(gateway.users.keySetCount == 1)
        }
    }
}
