import Correlation
import HTTPTypes
import InputValidation
import ServiceTestSupport
import Testing

/// What the registration takes and refuses.
@Suite(.timeLimit(.minutes(1))) struct RegistrationInputTests {
    private let path = "/v1/accounts"

    @Test func namesEveryBadFieldAtOnce() async throws {
        try await withUsersService { users in
            let body = #"{"email":"ada at example","name":" ","password":"short","admin":true}"#
            let answer = try await users.send(.post, path, body, headers: [.correlationID: "bad-input"])
            #expect(answer.status == .unprocessableContent)
            #expect(answer.headers[.contentType] == "application/problem+json")
            let problem = try answer.problem
            #expect(problem.type == "urn:clowder:problem:invalid-input")
            #expect(problem.status == 422)
            #expect(problem.correlationId == "bad-input")
            #expect(problem.badFields == ["/email email", "/name not-blank", "/password bytes", "/admin unknown"])
            #expect(problem.errors?.allSatisfy { !$0.message.isEmpty } == true)
            #expect(try await users.count(of: "outbox") == 0)
        }
    }

    @Test(arguments: [
        ("{}", ["/email required", "/name required", "/password required"]),
        ("[]", [" type"]),
        (#"{"email":1,"name":null,"password":["x"]}"#, ["/email type", "/name required", "/password type"]),
        (#"{"email":"a@b.org","name":"A\u0000B","password":"12345678"}"#, ["/name control-characters"]),
        (#"{"email":"a@b.org\r\nBcc: c@d.org","name":"A","password":"12345678"}"#, ["/email email"]),
    ])
    func refuses(_ body: String, because errors: [String]) async throws {
        try await withUsersService { users in
            let answer = try await users.send(.post, path, body)
            #expect(answer.status == .unprocessableContent)
            #expect(try answer.problem.badFields == errors)
        }
    }

    @Test(arguments: [(7, false), (8, true), (1024, true), (1025, false)])
    func boundsPasswordsInBytes(length: Int, isAccepted: Bool) async throws {
        try await withUsersService { users in
            let person = Person(email: "ada@example.org", name: "Ada", password: String(repeating: "p", count: length))
            let answer = try await users.send(.post, path, person.registration)
            #expect(answer.status == (isAccepted ? .accepted : .unprocessableContent))
        }
    }

    @Test(arguments: [(0, false), (1, true), (100, true), (101, false)])
    func boundsNamesInCharacters(length: Int, isAccepted: Bool) async throws {
        try await withUsersService { users in
            var person = Person.ada
            person.name = String(repeating: "é", count: length)
            let answer = try await users.send(.post, path, person.registration)
            #expect(answer.status == (isAccepted ? .accepted : .unprocessableContent))
        }
    }

    @Test(arguments: ["", "{", #"{"email":"a@b.org",}"#, #"{"email":"a@b.org","email":"c@d.org"}"#])
    func refusesWhatIsNoJSON(_ body: String) async throws {
        try await withUsersService { users in
            let answer = try await users.send(.post, path, body)
            #expect(answer.status == .badRequest)
            #expect(try answer.problem.type == "urn:clowder:problem:malformed-json")
        }
    }

    @Test func refusesOtherMediaTypes() async throws {
        try await withUsersService { users in
            let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
            let answer = try await users.send(.post, path, "email=a@b.org", headers: form)
            #expect(answer.status == .unsupportedMediaType)
            #expect(answer.headers[.accept] == "application/json")
            let charset: HTTPFields = [.contentType: "Application/JSON; charset=utf-8"]
            let other = try await users.send(.post, path, Person.ada.registration, headers: charset)
            #expect(other.status == .accepted)
        }
    }

    @Test func refusesBodiesOfMoreThan64KiB() async throws {
        try await withUsersService { users in
            let padding = String(repeating: " ", count: 64 * 1024 - Person.ada.registration.utf8.count)
            #expect(try await users.send(.post, path, Person.ada.registration + padding).status == .accepted)
            let answer = try await users.send(.post, path, Person.bob.registration + padding + " ")
            #expect(answer.status == .contentTooLarge)
            #expect(try answer.problem.type == "urn:clowder:problem:body-too-large")
        }
    }

    @Test func answersUnknownPathsWithAProblem() async throws {
        try await withUsersService { users in
            let answer = try await users.send(.get, "/v1/nothing")
            #expect(answer.status == .notFound)
            #expect(try answer.problem.type == "urn:clowder:problem:not-found")
        }
    }
}
