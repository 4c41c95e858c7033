import Correlation
import HTTPTypes
import MailWorkerContract
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract

@Suite(.timeLimit(.minutes(1))) struct PasswordRoutesTests {
    private static let newPassword = "a better one"
    private let path = "/v1/accounts/me/password"
    private let resets = "/v1/password-resets"

    private func change(from current: String, to new: String = newPassword) -> String {
        #"{"currentPassword":"\#(current)","newPassword":"\#(new)"}"#
    }

    private func reset(_ token: String, to new: String = newPassword) -> String {
        #"{"token":"\#(token)","newPassword":"\#(new)"}"#
    }

    @Test func endsAllOtherSessionsWhenThePasswordIsChanged() async throws {
        try await withUsersService { users in
            let other = try await users.member()
            let own = try await users.logIn(.ada)
            let answer = try await users.send(
                .put,
                path,
                change(from: Person.ada.password),
                token: own.accessToken
            )
            #expect(answer.status == .noContent)
            #expect(try await users.account(of: own).email == Person.ada.email)
            #expect(try await users.refresh(own.refreshToken).status == .created)
            #expect(try await users.send(.get, "/v1/accounts/me", token: other.accessToken).status == .unauthorized)
            #expect(try await users.refresh(other.refreshToken).status == .unauthorized)
            #expect(try await users.send(.post, "/v1/sessions", Person.ada.credentials).status == .unauthorized)
            _ = try await users.logIn(Person.ada.with(password: Self.newPassword))
            #expect(try await users.mails().map(\.template) == [.passwordChanged])
        }
    }

    @Test func changesNothingWithoutTheCurrentPassword() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let answer = try await users.send(.put, path, change(from: "a wrong one"), token: session.accessToken)
            #expect(answer.status == .unauthorized)
            #expect(try await users.send(.put, path, change(from: Person.ada.password)).status == .unauthorized)
            _ = try await users.logIn(.ada)
            #expect(try await users.mails().isEmpty)
        }
    }

    @Test func namesTheBadFieldsOfAChange() async throws {
        try await withUsersService { users in
            let token = try await users.member().accessToken
            let short = try await users.send(.put, path, change(from: Person.ada.password, to: "short"), token: token)
            #expect(short.status == .unprocessableContent)
            #expect(try short.problem.badFields == ["/newPassword bytes"])
            let empty = try await users.send(.put, path, "{}", token: token)
            #expect(try empty.problem.badFields == ["/currentPassword required", "/newPassword required"])
        }
    }

    @Test func answersARequestForAResetTheSameForEveryAddress() async throws {
        try await withUsersService { users in
            try await users.signUp(.ada)
            var answers: [Answer] = []
            for email in [Person.ada.email, "nobody@example.org"] {
                let headers: HTTPFields = [.correlationID: "reset"]
                answers.append(try await users.send(.post, resets, #"{"email":"\#(email)"}"#, headers: headers))
            }
            #expect(answers.map(\.status) == [.accepted, .accepted])
            #expect(answers[0].body == answers[1].body)
            #expect(answers[0].headers == answers[1].headers)
            let mails = try await users.mails()
            #expect(mails.map(\.template) == [.passwordReset])
            #expect(mails.map(\.recipient) == [Person.ada.email])
        }
    }

    @Test func setsAPasswordByMailAndEndsAllSessions() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            _ = try await users.send(.post, resets, #"{"email":"\#(Person.ada.email)"}"#)
            let token = try await users.mailedToken()
            let answer = try await users.send(.put, resets, reset(token))
            #expect(answer.status == .noContent)
            #expect(try await users.send(.get, "/v1/accounts/me", token: session.accessToken).status == .unauthorized)
            #expect(try await users.refresh(session.refreshToken).status == .unauthorized)
            #expect(try await users.send(.post, "/v1/sessions", Person.ada.credentials).status == .unauthorized)
            _ = try await users.logIn(Person.ada.with(password: Self.newPassword))
            #expect(try await users.mails().map(\.template) == [.passwordChanged])
            let second = try await users.send(.put, resets, reset(token, to: "another one"))
            #expect(second.status == .gone)
            #expect(try second.problem.type == "urn:clowder:problem:token-gone")
        }
    }

    @Test(arguments: [(Duration.seconds(3599), 204), (.seconds(3600), 410)])
    func takesATokenForAnHour(age: Duration, status: Int) async throws {
        try await withUsersService { users in
            try await users.signUp(.ada)
            _ = try await users.send(.post, resets, #"{"email":"\#(Person.ada.email)"}"#)
            let token = try await users.mailedToken()
            users.time.advance(by: age)
            #expect(try await users.send(.put, resets, reset(token)).status.code == status)
        }
    }

    @Test func killsOtherTokensOfTheAccount() async throws {
        try await withUsersService { users in
            try await users.signUp(.ada)
            var tokens: [String] = []
            for _ in 0..<2 {
                _ = try await users.send(.post, resets, #"{"email":"\#(Person.ada.email)"}"#)
                tokens.append(try await users.mailedToken())
            }
            #expect(try await users.send(.put, resets, reset(tokens[1])).status == .noContent)
            #expect(try await users.send(.put, resets, reset(tokens[0])).status == .gone)
        }
    }

    @Test func doesNotUseATokenUpForABadPassword() async throws {
        try await withUsersService { users in
            try await users.signUp(.ada)
            _ = try await users.send(.post, resets, #"{"email":"\#(Person.ada.email)"}"#)
            let token = try await users.mailedToken()
            #expect(try await users.send(.put, resets, reset(token, to: "short")).status == .unprocessableContent)
            #expect(try await users.send(.put, resets, reset(token)).status == .noContent)
        }
    }

    @Test func refusesTokensOfAnotherPurpose() async throws {
        try await withUsersService { users in
            _ = try await users.send(.post, "/v1/accounts", Person.ada.registration)
            let token = try await users.mailedToken()
            #expect(try await users.send(.put, resets, reset(token)).status == .gone)
            #expect(try await users.send(.put, resets, reset("never-made")).status == .gone)
            #expect(try await users.verify(token).status == .ok)
        }
    }

    /// Whoever has the mail has the mailbox.
    @Test func confirmsTheAddressAsWell() async throws {
        try await withUsersService { users in
            _ = try await users.send(.post, "/v1/accounts", Person.ada.registration)
            _ = try await users.mails()
            _ = try await users.send(.post, resets, #"{"email":"\#(Person.ada.email)"}"#)
            #expect(try await users.send(.put, resets, reset(try await users.mailedToken())).status == .noContent)
            let session = try await users.logIn(Person.ada.with(password: Self.newPassword))
            #expect(try await users.account(of: session).verified)
        }
    }
}
