import FoundationEssentials
public import Hummingbird
import NIOCore

/// Answers in JSON.
public enum JSONReply {
    /// An answer with `value` as its body, dates in ISO 8601, members ordered by name, nil members left out.
    public static func make(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: encode(value)))
    }

    /// The body alone.
    static func encode(_ value: some Encodable) -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return ByteBuffer(bytes: try encoder.encode(value))
        } catch {
            preconditionFailure("a reply type does not encode: \(error)")
        }
    }
}
