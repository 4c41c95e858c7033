import AccessPolicy
import Correlation
import HTTPTypes
import PasswordHashing
import SQLStorage
import ServiceClient
import ServiceTestSupport
import TestSupport
import Testing
import Tokens
import UsersContract

@Suite(.timeLimit(.minutes(1))) struct SessionRoutesTests {
    private let path = "/v1/sessions"

    @Test func logsInWithAddressAndPassword() async throws {
        try await withUsersService { users in
            try await users.signUp(.ada)
            let answer = try await users.send(.post, path, Person.ada.credentials)
            #expect(answer.status == .created)
            #expect(answer.headers[.cacheControl] == "no-store")
            let session: SessionReply = try answer.decoded()
            #expect(session.tokenType == "Bearer")
            #expect(session.expiresIn == 600)
            #expect(session.refreshToken.utf8.count == 43)
            #expect(try await users.account(of: session).email == Person.ada.email)
        }
    }

    /// Neither status, headers nor body tell whether an address has an account.
    @Test(arguments: ["nobody@example.org", "no address at all", ""])
    func refusesUnknownAddressesLikeWrongPasswords(email: String) async throws {
        try await withUsersService { users in
            try await users.signUp(.ada)
            let headers: HTTPFields = [.correlationID: "log-in"]
            let wrong = Person.ada.with(password: "not the password").credentials
            let unknown = Person(email: email, name: "", password: Person.ada.password).credentials
            let expected = try await users.send(.post, path, wrong, headers: headers)
            let answer = try await users.send(.post, path, unknown, headers: headers)
            #expect(expected.status == .unauthorized)
            #expect(expected.headers[.wwwAuthenticate] == #"Bearer realm="clowder""#)
            #expect(answer.status == expected.status)
            #expect(answer.headers == expected.headers)
            #expect(answer.body == expected.body)
        }
    }

    @Test func tellsOnlyWhoKnowsThePasswordThatTheAddressIsNotConfirmed() async throws {
        try await withUsersService { users in
            _ = try await users.send(.post, "/v1/accounts", Person.ada.registration)
            let right = try await users.send(.post, path, Person.ada.credentials)
            #expect(right.status == .forbidden)
            #expect(try right.problem.type == "urn:clowder:problem:address-not-verified")
            let wrong = try await users.send(.post, path, Person.ada.with(password: "not the password").credentials)
            #expect(wrong.status == .unauthorized)
        }
    }

    @Test(arguments: ["with a \\u0000 NUL", String(repeating: "long", count: 256)])
    func checksEveryByteOfAPassword(password: String) async throws {
        try await withUsersService { users in
            let person = Person.ada.with(password: password)
            let almost = person.with(password: String(password.dropLast()) + "!")
            try await users.signUp(person)
            #expect(try await users.send(.post, path, almost.credentials).status == .unauthorized)
            #expect(try await users.send(.post, path, person.credentials).status == .created)
        }
    }

    @Test func endsASessionAtOnce() async throws {
        try await withUsersService { users in
            let session = try await users.member()
            let other = try await users.logIn(.ada)
            let answer = try await users.send(.delete, "/v1/sessions/current", token: session.accessToken)
            #expect(answer.status == .noContent)
            #expect(answer.body.isEmpty)
            let refused = try await users.send(.get, "/v1/accounts/me", token: session.accessToken)
            #expect(refused.status == .unauthorized)
            #expect(refused.headers[.wwwAuthenticate] == #"Bearer realm="clowder", error="invalid_token""#)
            #expect(try await users.refresh(session.refreshToken).status == .unauthorized)
            #expect(try await users.refresh(other.refreshToken).status == .created)
        }
    }

    /// The verifier allows five seconds between two machines' clocks.
    @Test(arguments: [(Duration.seconds(604), 200), (.seconds(606), 401)])
    func acceptsAnAccessTokenForTenMinutes(age: Duration, status: Int) async throws {
        try await withUsersService { users in
            let session = try await users.member()
            users.time.advance(by: age)
            #expect(try await users.send(.get, "/v1/accounts/me", token: session.accessToken).status.code == status)
        }
    }

    @Test(arguments: [
        (nil, #"Bearer realm="clowder""#),
        ("Bearer", #"Bearer realm="clowder", error="invalid_request""#),
        ("Basic YWRhOnB3", #"Bearer realm="clowder", error="invalid_request""#),
        ("Bearer nonsense", #"Bearer realm="clowder", error="invalid_token""#),
        ("Bearer a.b.c", #"Bearer realm="clowder", error="invalid_token""#),
    ])
    func challengesCallersWithoutAToken(authorization: String?, challenge: String) async throws {
        try await withUsersService { users in
            let headers: HTTPFields = authorization.map { [.authorization: $0] } ?? [:]
            let answer = try await users.send(.get, "/v1/accounts/me", headers: headers)
            #expect(answer.status == .unauthorized)
            #expect(answer.headers[.wwwAuthenticate] == challenge)
            #expect(try answer.problem.type == "urn:clowder:problem:unauthorized")
        }
    }

    @Test func storesANewHashWhenTheCostHasChanged() async throws {
        try await withTemporaryDirectory { directory in
            try await withUsersService(in: directory) { try await $0.signUp(.ada) }
            try await withUsersService(in: directory, cost: 5) { users in
                _ = try await users.logIn(.ada)
                let hashes: [String] = try await users.inDatabase {
                    try $0.rows("SELECT password_hash FROM account").map { try $0["password_hash"] }
                }
                #expect(hashes.map { $0.prefix(7) }.sorted() == ["$2b$04$", "$2b$05$"])
                _ = try await users.logIn(.ada)
            }
        }
    }

    @Test func refusesAtOnceWhenTooManyPasswordsAreBeingChecked() async throws {
        try await withTemporaryDirectory { directory in
            try await withUsersService(in: directory, waitingHashes: 0) { users in
                let gate = HashingGate()
                async let busy: Void = users.hashingPool.run { gate.wait() }
                defer { gate.open() }
                let refused = try await eventually("the refusal of a log-in") {
                    let answer = try await users.send(.post, path, Person.admin.credentials)
                    return answer.status == .created ? nil : answer
                }
                #expect(refused.status == .serviceUnavailable)
                #expect(refused.headers[.retryAfter] == "1")
                #expect(refused.headers[.overloaded] == "1")
                #expect(try refused.problem.type == "urn:clowder:problem:unavailable")
                gate.open()
                try await busy
                #expect(try await users.logIn(.admin).expiresIn == 600)
            }
        }
    }
}
