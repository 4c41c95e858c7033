import Correlation
import HTTPTypes
import MailWorkerContract
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract

@Suite(.timeLimit(.minutes(1))) struct RegistrationRoutesTests {
    private let path = "/v1/accounts"

    @Test func answersTheSameForANewAndAKnownAddress() async throws {
        try await withUsersService { users in
            let headers: HTTPFields = [.correlationID: "sign-up"]
            let first = try await users.send(.post, path, Person.ada.registration, headers: headers)
            let token = try await users.mailedToken()
            _ = try await users.verify(token)
            let second = try await users.send(.post, path, Person.ada.registration, headers: headers)
            #expect(first.status == .accepted)
            #expect(first.body == #"{"status":"verification-pending"}"#)
            #expect(first.headers[.contentType] == "application/json")
            #expect(second.status == first.status)
            #expect(second.body == first.body)
            #expect(second.headers == first.headers)
            let mails = try await users.mails()
            #expect(mails.map(\.template) == [.addressKnown])
            #expect(mails.map(\.token) == [nil])
        }
    }

    @Test func mailsATokenToTheAddressThatRegistered() async throws {
        try await withUsersService { users in
            _ = try await users.send(.post, path, Person.ada.registration)
            let mails = try await users.mails()
            #expect(mails.map(\.template) == [.verification])
            #expect(mails.map(\.recipient) == [Person.ada.email])
            #expect(mails.map(\.name) == [Person.ada.name])
            #expect(mails.first?.token?.utf8.count == 43)
        }
    }

    @Test func takesATokenOnce() async throws {
        try await withUsersService { users in
            _ = try await users.send(.post, path, Person.ada.registration)
            let token = try await users.mailedToken()
            let first = try await users.verify(token)
            #expect(first.status == .ok)
            #expect(first.body == #"{"status":"verified"}"#)
            let second = try await users.verify(token)
            #expect(second.status == .gone)
            #expect(try second.problem.type == "urn:clowder:problem:token-gone")
        }
    }

    @Test(arguments: [(Duration.seconds(86_399), 200), (.seconds(86_400), 410)])
    func takesATokenForADay(age: Duration, status: Int) async throws {
        try await withUsersService { users in
            _ = try await users.send(.post, path, Person.ada.registration)
            let token = try await users.mailedToken()
            users.time.advance(by: age)
            #expect(try await users.verify(token).status.code == status)
        }
    }

    @Test func refusesUnknownTokensAndTokensOfAnotherPurpose() async throws {
        try await withUsersService { users in
            try await users.signUp(.ada)
            _ = try await users.send(.post, "/v1/password-resets", #"{"email":"\#(Person.ada.email)"}"#)
            let reset = try await users.mailedToken()
            #expect(try await users.verify(reset).status == .gone)
            #expect(try await users.verify("never-made").status == .gone)
        }
    }

    /// Nobody can plant a password before the owner of an address confirms it.
    @Test func givesTheAccountThePasswordOfTheTokenThatWasConfirmed() async throws {
        try await withUsersService { users in
            let intruder = Person(email: Person.ada.email, name: "Mallory", password: "planted by me")
            _ = try await users.send(.post, path, intruder.registration)
            let planted = try await users.mailedToken()
            _ = try await users.send(.post, path, Person.ada.registration)
            #expect(try await users.verify(try await users.mailedToken()).status == .ok)
            #expect(try await users.send(.post, "/v1/sessions", intruder.credentials).status == .unauthorized)
            #expect(try await users.account(of: try await users.logIn(.ada)).name == "Ada")
            #expect(try await users.verify(planted).status == .gone)
        }
    }

    /// Of an address that was registered twice nobody knows whose password is the owner's.
    @Test func letsTheOwnerOfAContestedAddressChooseThePassword() async throws {
        try await withUsersService { users in
            for password in ["planted by me", "chosen by ada"] {
                _ = try await users.send(.post, path, Person.ada.with(password: password).registration)
            }
            _ = try await users.mails()
            let body = #"{"email":"\#(Person.ada.email)"}"#
            _ = try await users.send(.post, "/v1/accounts/verification-mails", body)
            let mails = try await users.mails()
            #expect(mails.map(\.template) == [.passwordReset])
            let token = try #require(mails.first?.token)
            #expect(try await users.verify(token).status == .gone)
            let reset = #"{"token":"\#(token)","newPassword":"\#(Person.ada.password)"}"#
            #expect(try await users.send(.put, "/v1/password-resets", reset).status == .noContent)
            _ = try await users.logIn(.ada)
        }
    }

    @Test func treatsAddressesThatDifferInCaseAsOne() async throws {
        try await withUsersService { users in
            let shouting = Person(email: "ADA@Example.ORG", name: "Ada", password: Person.ada.password)
            try await users.signUp(shouting)
            #expect(try await users.send(.post, path, Person.ada.registration).status == .accepted)
            #expect(try await users.mails().map(\.template) == [.addressKnown])
            let session = try await users.logIn(.ada)
            #expect(try await users.account(of: session).email == "ADA@Example.ORG")
        }
    }

    @Test func makesOneAccountOfParallelRegistrations() async throws {
        try await withUsersService { users in
            let statuses = try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for index in 0..<20 {
                    let email = index.isMultiple(of: 2) ? "ada@example.org" : "Ada@Example.org"
                    let person = Person(email: email, name: "Ada \(index)", password: "chosen by \(index)")
                    group.addTask { try await users.send(.post, path, person.registration).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: .accepted, count: 20))
            // The administrator of the deployment is the other one.
            #expect(try await users.count(of: "account") == 2)
            #expect(try await users.mails().map(\.template) == Array(repeating: .verification, count: 20))
        }
    }

    /// Nobody is refused because others sign up as well.
    @Test func acceptsManyWhoSignUpAtTheSameTime() async throws {
        try await withUsersService { users in
            let statuses = try await withThrowingTaskGroup(of: [HTTPResponse.Status].self) { group in
                for one in 0..<16 {
                    group.addTask {
                        var statuses: [HTTPResponse.Status] = []
                        for number in 0..<25 {
                            let person = Person(
                                email: "\(one)-\(number)@example.org",
                                name: "A",
                                password: "long enough"
                            )
                            statuses.append(try await users.send(.post, path, person.registration).status)
                        }
                        return statuses
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(statuses.count { $0 != .accepted } == 0)
            #expect(statuses.count == 400)
        }
    }

    @Test func sendsTheMailAgainOnlyToAddressesThatWait() async throws {
        try await withUsersService { users in
            try await users.signUp(.bob)
            _ = try await users.send(.post, path, Person.ada.registration)
            let first = try await users.mailedToken()
            var answers: [Answer] = []
            for email in ["nobody@example.org", Person.bob.email, Person.ada.email] {
                let body = #"{"email":"\#(email)"}"#
                let headers: HTTPFields = [.correlationID: "again"]
                answers.append(try await users.send(.post, "/v1/accounts/verification-mails", body, headers: headers))
            }
            #expect(answers.map(\.status) == [.accepted, .accepted, .accepted])
            #expect(Set(answers.map(\.body)).count == 1)
            #expect(Set(answers.map(\.headers)).count == 1)
            let mails = try await users.mails()
            #expect(mails.map(\.recipient) == [Person.ada.email])
            let second = try #require(mails.first?.token)
            #expect(second != first)
            #expect(try await users.verify(second).status == .ok)
            #expect(try await users.logIn(.ada).tokenType == "Bearer")
        }
    }
}
