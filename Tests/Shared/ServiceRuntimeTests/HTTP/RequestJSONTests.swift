import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InputValidation
import NIOCore
import ServiceRuntime
import Testing

@Suite struct RequestJSONTests {
    /// The answer of a route that wants JSON.
    private func answer(_ body: ByteBuffer, type: String? = "application/json") async throws -> TestResponse {
        var headers = HTTPFields()
        headers[.contentType] = type
        return try await RouterScope().answer(.post, headers: headers, body: body) { request in
            _ = try await request.strictJSON()
            return Response(status: .noContent)
        }
    }

    /// A JSON text of exactly so many bytes.
    private func text(bytes: Int) -> ByteBuffer {
        ByteBuffer(string: "\"" + String(repeating: "a", count: bytes - 2) + "\"")
    }

    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "APPLICATION/JSON", " application/json ;x=y",
    ])
    func takesJSONWhateverItsParameters(_ type: String) async throws {
        #expect(try await answer(ByteBuffer(string: "{}"), type: type).status == .noContent)
    }

    @Test(
        arguments: [
            nil, "", "text/plain", "application/x-www-form-urlencoded", "application/json-seq",
            "application/problem+json", "json",
            "text/json", "application/jsonx", "; charset=utf-8",
        ] as [String?]
    )
    func refusesOtherMediaTypesAndNamesTheRightOne(_ type: String?) async throws {
        let response = try await answer(ByteBuffer(string: "{}"), type: type)
        #expect(response.status == .unsupportedMediaType)
        #expect(response.headers[.accept] == "application/json")
        #expect(try ProblemReply(response).type == "urn:clowder:problem:unsupported-media-type")
    }

    @Test func takesABodyOf64KiBAndNotAByteMore() async throws {
        #expect(Request.maximumJSONBytes == 65_536)
        #expect(try await answer(text(bytes: 65_536)).status == .noContent)
        let response = try await answer(text(bytes: 65_537))
        #expect(response.status == .contentTooLarge)
        let problem = try ProblemReply(response)
        #expect(problem.type == "urn:clowder:problem:body-too-large")
        #expect(problem.detail == "The body has more than 65536 bytes.")
    }

    @Test(arguments: [
        "", " ", "{", "{}{}", "{'a':1}", #"{"a":1,}"#, #"{"a":1,"a":2}"#, "\u{FEFF}{}", "nul", "NaN", "[1,]",
        "// a\n{}",
        String(repeating: "[", count: 33) + String(repeating: "]", count: 33),
    ])
    func refusesWhatIsNoStrictJSON(_ body: String) async throws {
        let response = try await answer(ByteBuffer(string: body))
        #expect(response.status == .badRequest)
        #expect(try ProblemReply(response).type == "urn:clowder:problem:malformed-json")
    }

    @Test(
        arguments: [[0xFF], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFE, 0xFF, 0x00, 0x7B]] as [[UInt8]]
    )
    func refusesWhatIsNoUTF8(_ bytes: [UInt8]) async throws {
        #expect(try await answer(ByteBuffer(bytes: bytes)).status == .badRequest)
    }

    @Test func readsTheValue() async throws {
        let request = Request.sample(headers: [.contentType: "application/json"], body: "[true, null]")
        #expect(try await request.strictJSON() == .array([.bool(true), .null]))
    }
}
