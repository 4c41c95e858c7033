import Correlation
import FoundationEssentials
import HTTPTypes
import HummingbirdTesting
import MailWorkerContract
import Messaging
import SQLStorage
import ServiceClient
import ServiceRuntime
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract

/// What the parts of the service do together: transactions, secrets at rest, correlation.
@Suite(.timeLimit(.minutes(1))) struct UsersApplicationTests {
    @Test func makesNoAccountWhenItsMailCannotBeQueued() async throws {
        try await withUsersService { users in
            _ = try await users.inDatabase { try $0.execute("ALTER TABLE outbox RENAME TO broken") }
            let answer = try await users.send(.post, "/v1/accounts", Person.ada.registration)
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers[.retryAfter] == "1")
            #expect(answer.headers[.overloaded] == nil)
            #expect(try await users.count(of: "account") == 1)
            #expect(try await users.count(of: "one_time_token") == 0)
            _ = try await users.inDatabase { try $0.execute("ALTER TABLE broken RENAME TO outbox") }
            try await users.signUp(.ada)
            #expect(try await users.count(of: "account") == 2)
        }
    }

    @Test func keepsThePasswordWhenTheMailAboutItsChangeCannotBeQueued() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            _ = try await users.inDatabase { try $0.execute("ALTER TABLE outbox RENAME TO broken") }
            let body = #"{"currentPassword":"\#(Person.ada.password)","newPassword":"a better one"}"#
            let answer = try await users.send(.put, "/v1/accounts/me/password", body, token: session.accessToken)
            #expect(answer.status == .serviceUnavailable)
            _ = try await users.logIn(.ada)
        }
    }

    /// A token in the mail is a hash in its table; until the mail is relayed it stands in the outbox, then nowhere.
    @Test func storesMailedTokensAsHashes() async throws {
        try await withUsersService { users in
            _ = try await users.send(.post, "/v1/accounts", Person.ada.registration)
            let token = try await users.mailedToken()
            #expect(!(try await users.storedTexts()).contains { $0.contains(token) })
            #expect(try await users.count(of: "one_time_token") == 1)
            #expect(try await users.verify(token).status == .ok)
        }
    }

    @Test(.enabled(if: TestDatabase.isFile, "a server's files are its own"))
    func writesNeitherPasswordsNorSessionTokensToDisk() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let next: SessionReply = try await users.refresh(session.refreshToken).decoded()
            #expect(try users.files(containing: Person.ada.email).contains("users.sqlite-wal"))
            for secret in [Person.ada.password, session.refreshToken, next.refreshToken, next.accessToken] {
                #expect(try users.files(containing: secret) == [])
            }
        }
    }

    @Test func logsNeitherSecretsNorAddresses() async throws {
        try await withUsersService { users in
            _ = try await users.send(.post, "/v1/accounts", Person.ada.registration)
            let token = try await users.mailedToken()
            _ = try await users.verify(token)
            let session = try await users.logIn(.ada)
            _ = try await users.send(.post, "/v1/sessions", Person.ada.with(password: "a wrong one").credentials)
            #expect(users.logLines.contains { $0.hasPrefix("info request finished") })
            let secrets = [
                Person.ada.password, "a wrong one", token, session.accessToken, session.refreshToken, Person.ada.email,
            ]
            #expect(users.logLines.filter { line in secrets.contains { line.contains($0) } } == [])
        }
    }

    /// Rows of a file that nobody sees any more would be lost.
    @Test(.enabled(if: TestDatabase.isFile, "a server's files are its own"))
    func isNotReadyWithAFileThatWasRemoved() async throws {
        try await withUsersService { users in
            #expect(await users.findings().filter { !$0.ok } == [])
            let path = users.directory + "/users.sqlite"
            try FileManager.default.removeItem(atPath: path)
            let finding = try #require(await users.findings().first { $0.name == "account store" })
            #expect(finding.detail?.contains("\(path) was removed while it was open") == true)
            let answer = try await users.send(.post, "/v1/accounts", Person.ada.registration)
            #expect(answer.status == .serviceUnavailable)
        }
    }

    @Test func passesTheCorrelationOnToTheMail() async throws {
        try await withUsersService { users in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            let headers: HTTPFields = [.correlationID: "sign-up-7", .traceParent: trace]
            let answer = try await users.send(.post, "/v1/accounts", Person.ada.registration, headers: headers)
            #expect(answer.headers[.correlationID] == "sign-up-7")
            let messages = try await users.messages(topic: MailJob.topic)
            #expect(messages.map { $0.headers["X-Correlation-ID"] } == ["sign-up-7"])
            let passedOn = try #require(messages.first?.headers["traceparent"])
            #expect(passedOn.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-"))
        }
    }

    @Test func makesACorrelationIDForRequestsWithoutAnAcceptableOne() async throws {
        try await withUsersService { users in
            let answer = try await users.send(.get, "/v1/accounts/me", headers: [.correlationID: "not one;"])
            let id = try #require(answer.headers[.correlationID])
            #expect(id.utf8.count == 32)
            #expect(try answer.problem.correlationId == id)
        }
    }

    @Test func answers504WhenTheDeadlineHasPassed() async throws {
        try await withUsersService { users in
            let answer = try await users.client.execute(
                uri: UsersAddress.keySetPath,
                method: .get,
                headers: [.requestTimeout: "0"]
            )
            #expect(answer.status == .gatewayTimeout)
        }
    }

    @Test func createsTheAccountsThatADeploymentStartsWithOnce() async throws {
        try await withTemporaryDirectory { directory in
            for _ in 0..<2 {
                try await withUsersService(in: directory) { users in
                    let account = try await users.account(of: try await users.logIn(.admin))
                    #expect(account.roles == ["admin"])
                    #expect(account.verified)
                    #expect(try await users.count(of: "account") == 1)
                }
            }
        }
    }
}
