import HTTPTypes
import MailWorkerContract
import Messaging
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract

@Suite(.timeLimit(.minutes(1))) struct AccountRoutesTests {
    private let path = "/v1/accounts/me"

    @Test func showsTheOwnAccount() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let answer = try await users.send(.get, path, token: session.accessToken)
            #expect(answer.status == .ok)
            #expect(answer.headers[.eTag] == "\"2\"")
            let account: AccountReply = try answer.decoded()
            #expect(account.email == Person.ada.email)
            #expect(account.name == Person.ada.name)
            #expect(account.roles == [])
            #expect(account.verified)
            #expect(account.createdAt == users.time.date)
            #expect(!answer.body.contains("assword"))
        }
    }

    @Test func changesTheNameOfTheVersionThatWasRead() async throws {
        try await withUsersService { users in
            let token = try await users.member().accessToken
            let tag = try #require(try await users.send(.get, path, token: token).headers[.eTag])
            let body = #"{"name":"Ada Lovelace"}"#
            let changed = try await users.send(.patch, path, body, token: token, headers: [.ifMatch: tag])
            #expect(changed.status == .ok)
            #expect(try changed.decoded(as: AccountReply.self).name == "Ada Lovelace")
            let read = try await users.send(.get, path, token: token)
            #expect(read.headers[.eTag] == changed.headers[.eTag])
            #expect(read.headers[.eTag] != tag)
            #expect(read.body == changed.body)
        }
    }

    @Test(arguments: ["\"1\"", "\"3\"", "W/\"2\"", "2", "\"\""])
    func refusesAChangeOfAnotherVersion(tag: String) async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let body = #"{"name":"Somebody"}"#
            let answer = try await users.send(.patch, path, body, token: session.accessToken, headers: [.ifMatch: tag])
            #expect(answer.status == .preconditionFailed)
            #expect(try answer.problem.type == "urn:clowder:problem:changed-meanwhile")
            #expect(try await users.account(of: session).name == Person.ada.name)
        }
    }

    @Test func refusesAChangeWithoutAVersion() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let answer = try await users.send(.patch, path, #"{"name":"Somebody"}"#, token: session.accessToken)
            #expect(answer.status == .preconditionRequired)
            #expect(try answer.problem.type == "urn:clowder:problem:precondition-required")
            #expect(try await users.account(of: session).name == Person.ada.name)
        }
    }

    @Test func letsOneOfParallelChangesPass() async throws {
        try await withUsersService { users in
            let token = try await users.member().accessToken
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for index in 0..<10 {
                    let body = #"{"name":"Ada \#(index)"}"#
                    group.addTask {
                        try await users.send(.patch, path, body, token: token, headers: [.ifMatch: "\"2\""]).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == .ok } == 1)
            #expect(statuses.count { $0 == .preconditionFailed } == 9)
        }
    }

    @Test func leavesTheAccountAsItIsWithoutAName() async throws {
        try await withUsersService { users in
            let token = try await users.member().accessToken
            let answer = try await users.send(.patch, path, "{}", token: token, headers: [.ifMatch: "\"2\""])
            #expect(answer.status == .ok)
            #expect(answer.headers[.eTag] == "\"2\"")
            let stale = try await users.send(.patch, path, "{}", token: token, headers: [.ifMatch: "\"1\""])
            #expect(stale.status == .preconditionFailed)
        }
    }

    @Test(arguments: [
        (#"{"name":""}"#, ["/name not-blank", "/name length"]),
        (#"{"name":7}"#, ["/name type"]),
        (#"{"email":"new@example.org","roles":["admin"]}"#, ["/email unknown", "/roles unknown"]),
    ])
    func refusesChangesOf(_ body: String, because errors: [String]) async throws {
        try await withUsersService { users in
            let token = try await users.member().accessToken
            let answer = try await users.send(.patch, path, body, token: token, headers: [.ifMatch: "\"2\""])
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.problem.badFields == errors)
        }
    }

    @Test func erasesTheAccountHereAndEverywhere() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let id = try await users.account(of: session).id
            _ = try await users.send(.post, "/v1/password-resets", #"{"email":"\#(Person.ada.email)"}"#)
            let answer = try await users.send(.delete, path, token: session.accessToken)
            #expect(answer.status == .noContent)
            #expect(try await users.send(.get, path, token: session.accessToken).status == .unauthorized)
            #expect(try await users.refresh(session.refreshToken).status == .unauthorized)
            #expect(try await users.send(.post, "/v1/sessions", Person.ada.credentials).status == .unauthorized)
            let erasures = try await users.messages(topic: AccountErasure.topic)
            #expect(try erasures.map { try AccountErasure(decoding: $0.body).accountID } == [id])
            // The mail about the new password was not sent yet, and never is.
            #expect(try await users.mails().isEmpty)
            for table in ["session", "refresh_token", "one_time_token"] {
                #expect(try await users.count(of: table) == 0)
            }
            #expect(!(try await users.storedTexts()).contains { $0.contains(Person.ada.email) })
        }
    }

    @Test func keepsTheMailsOfOthersWhenAnAccountIsErased() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            _ = try await users.send(.post, "/v1/accounts", Person.bob.registration)
            _ = try await users.send(.delete, path, token: session.accessToken)
            #expect(try await users.mails().map(\.recipient) == [Person.bob.email])
        }
    }

    @Test func letsAnErasedAddressSignUpAgain() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let first = try await users.account(of: session)
            _ = try await users.send(.delete, path, token: session.accessToken)
            let second = try await users.account(of: try await users.member())
            #expect(second.id != first.id)
        }
    }
}
