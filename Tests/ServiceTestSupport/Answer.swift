import FoundationEssentials
package import HTTPTypes
package import HummingbirdTesting
package import InputValidation
import NIOCore

/// What a service answered, its body as text.
package struct Answer: Sendable {
    package let status: HTTPResponse.Status
    package let headers: HTTPFields
    package let body: String

    package init(_ response: TestResponse) {
        status = response.status
        headers = response.headers
        body = String(buffer: response.body)
    }

    /// The body as the reply that it should be.
    package func decoded<Reply: Decodable>(as type: Reply.Type = Reply.self) throws -> Reply {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(body.utf8))
    }

    /// The body as a problem of RFC 9457, with the bad fields where it names any.
    package var problem: ProblemReply {
        get throws { try decoded() }
    }
}

/// A refusal as it stands on the wire.
package struct ProblemReply: Decodable, Sendable {
    package var type: String
    package var title: String
    package var status: Int
    package var detail: String
    package var correlationId: String?
    package var errors: [FieldError]?

    /// The bad fields, each as its pointer and the rule that it breaks.
    package var badFields: [String] {
        (errors ?? []).map { "\($0.pointer) \($0.rule)" }
    }
}
