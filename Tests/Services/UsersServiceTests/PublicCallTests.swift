import HTTPTypes
import ServiceTestSupport
import Testing
import UsersContract

/// Calls that need no log-in, at the service that owns the data: it asks the policy itself.
@Suite(.timeLimit(.minutes(1))) struct PublicCallTests {
    struct Call: Sendable, CustomTestStringConvertible {
        var method: HTTPRequest.Method
        var path: String
        var permission: String

        var testDescription: String { "\(method) \(path)" }
    }

    static let calls = [
        Call(method: .post, path: "/v1/accounts", permission: "create account"),
        Call(method: .post, path: "/v1/accounts/verify", permission: "verify account"),
        Call(method: .post, path: "/v1/accounts/verification-mails", permission: "verify account"),
        Call(method: .post, path: "/v1/sessions", permission: "create session"),
        Call(method: .post, path: "/v1/sessions/refresh", permission: "refresh session"),
        Call(method: .post, path: "/v1/password-resets", permission: "reset password"),
        Call(method: .put, path: "/v1/password-resets", permission: "reset password"),
        Call(method: .get, path: UsersAddress.keySetPath, permission: "read key-set"),
    ]

    /// An empty body shows which came first: the policy's no, or a look at what was sent.
    @Test(arguments: calls) func asksThePolicyBeforeTheBody(_ call: Call) async throws {
        let body = call.method == .get ? nil : "{}"
        let withheld = try await withTemporaryUsers(without: call.permission) {
            try await $0.send(call.method, call.path, body)
        }
        #expect(withheld.status == .unauthorized)
        #expect(try withheld.problem.detail == "This needs an access token: Authorization: Bearer …")
        let granted = try await withUsersService { try await $0.send(call.method, call.path, body) }
        #expect(granted.status == (call.method == .get ? .ok : .unprocessableContent))
    }

    @Test func makesNoAccountThatThePolicyDoesNotGrant() async throws {
        try await withTemporaryUsers(without: "create account") { users in
            let refused = try await users.send(.post, "/v1/accounts", Person.ada.registration)
            #expect(refused.status == .unauthorized)
            #expect(try await users.mails().isEmpty)
        }
    }
}
