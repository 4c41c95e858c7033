import Correlation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InputValidation
import NIOCore
import Resilience
import ServiceClient
import ServiceRuntime
import Testing

/// Every kind of error as a problem of RFC 9457.
@Suite struct ErrorAnswerTests {
    struct Unknown: Error {}

    /// An error, the status and type it becomes.
    struct Row: Sendable, CustomTestStringConvertible {
        let error: any Error
        let status: Int
        let type: String

        init(_ error: any Error, _ status: Int, _ kind: String?) {
            self.error = error
            self.status = status
            type = kind.map { "urn:clowder:problem:\($0)" } ?? "about:blank"
        }

        var testDescription: String { "\(error)" }
    }

    private static let fieldError = FieldError(pointer: "/email", rule: "required", message: "is missing")

    static let table = [
        Row(Problem(.conflict, "taken"), 409, nil),
        Row(Problem(.conflict, kind: "taken", "taken"), 409, "taken"),
        Row(Problem.notFound("listing"), 404, "not-found"),
        Row(Problem.invalid(InvalidInput([fieldError])), 422, "invalid-input"),
        Row(InvalidInput([fieldError]), 422, "invalid-input"),
        Row(Problem.unauthorized("who?"), 401, "unauthorized"),
        Row(Problem.forbidden("no"), 403, "forbidden"),
        Row(Problem.unavailable("later"), 503, "unavailable"),
        Row(Problem.bodyTooLarge(limit: 5), 413, "body-too-large"),
        Row(NIOTooManyBytesError(maxBytes: 5), 413, "body-too-large"),
        Row(EntityTag.changedMeanwhile, 412, "changed-meanwhile"),
        Row(DeadlineExceeded(), 504, "deadline-exceeded"),
        Row(ServiceClientError(.deadlineExceeded, service: "users"), 504, "deadline-exceeded"),
        Row(ServiceClientError(.noReplica, service: "users"), 503, "unavailable"),
        Row(ServiceClientError(.unreachable, service: "users"), 503, "unavailable"),
        Row(ServiceClientError(.broken, service: "users"), 503, "unavailable"),
        Row(ServiceClientError(.responseTooLarge, service: "users"), 503, "unavailable"),
        Row(HTTPError(.notFound), 404, "not-found"),
        Row(HTTPError(.badRequest, message: "odd"), 400, nil),
        Row(CancellationError(), 503, "unavailable"),
        Row(Unknown(), 500, "internal"),
    ]

    @Test(arguments: table)
    func answersWithAProblem(_ row: Row) async throws {
        let response = try await RouterScope().answer(headers: [.correlationID: "action-7"]) { _ in throw row.error }
        #expect(response.status.code == row.status)
        #expect(response.headers[values: .contentType] == ["application/problem+json"])
        #expect(response.headers[.correlationID] == "action-7")
        let problem = try ProblemReply(response)
        #expect(problem.type == row.type)
        #expect(problem.status == row.status)
        #expect(problem.title == response.status.reasonPhrase && !problem.title.isEmpty)
        #expect(!problem.detail.isEmpty)
        #expect(problem.correlationId == "action-7")
        #expect((problem.errors != nil) == (row.status == 422))
    }

    @Test func writesEveryBadFieldAndTheMembersInOrder() async throws {
        let second = FieldError(pointer: "/name", rule: "length", message: "is too long")
        let response = try await RouterScope().answer(headers: [.correlationID: "c"]) { _ in
            throw InvalidInput([Self.fieldError, second])
        }
        let expected =
            #"{"correlationId":"c","detail":"2 fields are not acceptable; see errors.","errors":["#
            + #"{"message":"is missing","pointer":"/email","rule":"required"},"#
            + #"{"message":"is too long","pointer":"/name","rule":"length"}],"#
            + #""status":422,"title":"Unprocessable Content","type":"urn:clowder:problem:invalid-input"}"#
        #expect(String(buffer: response.body) == expected)
    }

    @Test func speaksOfOneFieldInTheSingular() {
        #expect(Problem.invalid(InvalidInput([Self.fieldError])).detail == "One field is not acceptable; see errors.")
    }

    @Test(
        arguments: [
            (Problem(.methodNotAllowed, "no", headers: [.allow: "GET, HEAD"]), HTTPField.Name.allow, "GET, HEAD"),
            (.unavailable("later"), .retryAfter, "1"),
            (.unavailable("later", retryAfterSeconds: 30), .retryAfter, "30"),
            (.unauthorized("who?"), .wwwAuthenticate, "Bearer realm=\"clowder\""),
            (
                .unauthorized("who?", error: "invalid_token"), .wwwAuthenticate,
                #"Bearer realm="clowder", error="invalid_token""#
            ),
        ] as [(Problem, HTTPField.Name, String)]
    )
    func sendsTheHeadersOfARefusal(_ problem: Problem, _ name: HTTPField.Name, _ value: String) async throws {
        let response = try await RouterScope().answer { _ in throw problem }
        #expect(response.status == problem.status)
        #expect(response.headers[values: name] == [value])
    }

    @Test(arguments: [("/nowhere", HTTPRequest.Method.get), ("/thing", .get), ("/thing/7/more", .get), ("/", .post)])
    func answersAnUnknownPathWith404(_ path: String, _ method: HTTPRequest.Method) async throws {
        let response = try await RouterScope().answer(method, path)
        #expect(response.status == .notFound)
        #expect(try ProblemReply(response).type == "urn:clowder:problem:not-found")
    }

    @Test func letsTheServiceMapItsOwnErrorsFirst() async throws {
        var scope = RouterScope()
        scope.mapError = { $0 is Unknown ? Problem(.gone, kind: "used-up", "Used up.") : nil }
        let own = try await scope.answer { _ in throw Unknown() }
        #expect(own.status == .gone)
        #expect(try ProblemReply(own).type == "urn:clowder:problem:used-up")
        #expect(try await scope.answer { _ in throw DeadlineExceeded() }.status == .gatewayTimeout)
    }
}
