import HTTPTypes
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract

/// `PUT /v1/accounts/{id}/roles`.
@Suite(.timeLimit(.minutes(1))) struct RoleAssignmentTests {
    private func path(_ id: String) -> String { "/v1/accounts/\(id)/roles" }

    @Test func givesAnAccountExactlyTheRolesThatAreSent() async throws {
        try await withUsersService { users in
            let member = try await users.account(of: try await users.member())
            let admin = try await users.logIn(.admin)
            let body = #"{"roles":["shelter","operator","shelter"]}"#
            let given = try await users.send(.put, path(member.id), body, token: admin.accessToken)
            #expect(given.status == .ok)
            #expect(try given.decoded(as: AccountReply.self).roles == ["operator", "shelter"])
            #expect(try await users.account(of: try await users.logIn(.ada)).roles == ["operator", "shelter"])
            let taken = try await users.send(.put, path(member.id), #"{"roles":[]}"#, token: admin.accessToken)
            #expect(try taken.decoded(as: AccountReply.self).roles == [])
        }
    }

    /// Roles travel in the access token; the next one has the new ones.
    @Test func takesEffectWithTheNextAccessToken() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let id = try await users.account(of: session).id
            let admin = try await users.logIn(.admin)
            let promoted = try await users.send(.put, path(id), #"{"roles":["admin"]}"#, token: admin.accessToken)
            #expect(promoted.status == .ok)
            let before = try await users.send(.put, path(id), #"{"roles":[]}"#, token: session.accessToken)
            #expect(before.status == .forbidden)
            let refreshed: SessionReply = try await users.refresh(session.refreshToken).decoded()
            let after = try await users.send(.put, path(id), #"{"roles":[]}"#, token: refreshed.accessToken)
            #expect(after.status == .ok)
        }
    }

    /// A token that still says `admin` gives its owner nothing back.
    @Test func takesRolesAwayAtOnce() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let id = try await users.account(of: session).id
            let admin = try await users.logIn(.admin)
            let body = #"{"roles":["admin"]}"#
            #expect(try await users.send(.put, path(id), body, token: admin.accessToken).status == .ok)
            let second: SessionReply = try await users.refresh(session.refreshToken).decoded()
            let demoted = try await users.send(.put, path(id), #"{"roles":[]}"#, token: admin.accessToken)
            #expect(demoted.status == .ok)
            let again = try await users.send(.put, path(id), body, token: second.accessToken)
            #expect(again.status == .forbidden)
            #expect(try await users.account(of: second).roles == [])
        }
    }

    @Test func isForAdministratorsOnly() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let id = try await users.account(of: session).id
            let body = #"{"roles":["admin"]}"#
            let denied = try await users.send(.put, path(id), body, token: session.accessToken)
            #expect(denied.status == .forbidden)
            #expect(try denied.problem.type == "urn:clowder:problem:forbidden")
            #expect(try await users.send(.put, path(id), body).status == .unauthorized)
            #expect(try await users.account(of: session).roles == [])
        }
    }

    @Test(arguments: [
        (#"{"roles":["shelter","emperor"]}"#, ["/roles/1 one-of"]),
        (#"{"roles":["member"]}"#, ["/roles/0 one-of"]),
        (#"{"roles":"admin"}"#, ["/roles type"]),
        (#"{"roles":[1]}"#, ["/roles/0 type"]),
        (#"{"role":["admin"]}"#, ["/roles required", "/role unknown"]),
    ])
    func refuses(_ body: String, because errors: [String]) async throws {
        try await withUsersService { users in
            let admin = try await users.logIn(.admin)
            let id = try await users.account(of: admin).id
            let answer = try await users.send(.put, path(id), body, token: admin.accessToken)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.problem.badFields == errors)
            #expect(try await users.account(of: admin).roles == ["admin"])
        }
    }

    @Test func answers404ForAnUnknownAccount() async throws {
        try await withUsersService { users in
            let admin = try await users.logIn(.admin)
            let answer = try await users.send(.put, path("nobody"), #"{"roles":[]}"#, token: admin.accessToken)
            #expect(answer.status == .notFound)
        }
    }
}
