import FoundationEssentials
import HTTPTypes
import HummingbirdTesting
import InputValidation
import NIOCore

/// What a service answered, its body as text.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let body: String

    init(_ response: TestResponse) {
        status = response.status
        headers = response.headers
        body = String(buffer: response.body)
    }

    /// The body as the reply that it should be.
    func decoded<Reply: Decodable>(as type: Reply.Type = Reply.self) throws -> Reply {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(body.utf8))
    }

    /// The body as a problem of RFC 9457, with the bad fields where it names any.
    var problem: ProblemReply {
        get throws { try decoded() }
    }
}

/// A refusal as it stands on the wire.
struct ProblemReply: Decodable, Sendable {
    var type: String
    var title: String
    var status: Int
    var detail: String
    var correlationId: String?
    var errors: [FieldError]?

    /// The bad fields, each as its pointer and the rule that it breaks.
    var badFields: [String] {
        (errors ?? []).map { "\($0.pointer) \($0.rule)" }
    }
}
