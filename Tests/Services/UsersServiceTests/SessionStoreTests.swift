import HTTPTypes
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract

/// Refreshing sessions: each token once, and a copy ends the whole family.
@Suite(.timeLimit(.minutes(1))) struct SessionStoreTests {
    private static let day = Duration.seconds(24 * 3600)

    @Test func givesNewTokensForARefreshToken() async throws {
        try await withUsersService { users in
            let first = try await users.member()
            let answer = try await users.refresh(first.refreshToken)
            #expect(answer.status == .created)
            #expect(answer.headers[.cacheControl] == "no-store")
            let second: SessionReply = try answer.decoded()
            #expect(second.refreshToken != first.refreshToken)
            #expect(second.accessToken != first.accessToken)
            #expect(try await users.account(of: second).email == Person.ada.email)
            #expect(try await users.refresh(second.refreshToken).status == .created)
        }
    }

    @Test func endsTheFamilyWhenATokenIsUsedTwice() async throws {
        try await withUsersService { users in
            let first = try await users.member()
            let other = try await users.logIn(.ada)
            let second: SessionReply = try await users.refresh(first.refreshToken).decoded()
            let reused = try await users.refresh(first.refreshToken)
            #expect(reused.status == .unauthorized)
            #expect(try await users.refresh(second.refreshToken).status == .unauthorized)
            #expect(try await users.send(.get, "/v1/accounts/me", token: second.accessToken).status == .unauthorized)
            #expect(try await users.refresh(other.refreshToken).status == .created)
            #expect(users.logLines.count { $0.hasPrefix("warning refresh token used twice; session ended") } == 1)
        }
    }

    @Test func letsOneOfParallelRefreshesPass() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await users.refresh(session.refreshToken).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == .created } == 1)
            #expect(statuses.count { $0 == .unauthorized } == 9)
        }
    }

    @Test(arguments: ["never-made", "x"])
    func refusesUnknownTokens(token: String) async throws {
        try await withUsersService { users in
            let answer = try await users.refresh(token)
            #expect(answer.status == .unauthorized)
        }
    }

    @Test func refusesATokenThatRestedForAWeek() async throws {
        try await withUsersService { users in
            let first = try await users.member()
            users.time.advance(by: Self.day * 7 - .seconds(1))
            let second: SessionReply = try await users.refresh(first.refreshToken).decoded()
            users.time.advance(by: Self.day * 7)
            #expect(try await users.refresh(second.refreshToken).status == .unauthorized)
        }
    }

    @Test func endsASessionAfterThirtyDaysHoweverOftenItIsRefreshed() async throws {
        try await withUsersService { users in
            var session = try await users.member()
            for _ in 0..<5 {
                users.time.advance(by: Self.day * 6 - .seconds(1))
                session = try await users.refresh(session.refreshToken).decoded()
            }
            users.time.advance(by: .seconds(5))
            #expect(try await users.refresh(session.refreshToken).status == .unauthorized)
        }
    }

    @Test func refusesTheAccessTokenOfASessionThatIsThirtyDaysOld() async throws {
        try await withUsersService { users in
            var session = try await users.member()
            for _ in 0..<5 {
                users.time.advance(by: Self.day * 6 - .seconds(1))
                session = try await users.refresh(session.refreshToken).decoded()
            }
            #expect(try await users.send(.get, "/v1/accounts/me", token: session.accessToken).status == .ok)
            users.time.advance(by: .seconds(5))
            #expect(try await users.send(.get, "/v1/accounts/me", token: session.accessToken).status == .unauthorized)
        }
    }

    @Test(arguments: [("{}", "/refreshToken required"), (#"{"refreshToken":""}"#, "/refreshToken bytes")])
    func namesTheBadField(body: String, error: String) async throws {
        try await withUsersService { users in
            let answer = try await users.send(.post, "/v1/sessions/refresh", body)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.problem.badFields == [error])
        }
    }
}
