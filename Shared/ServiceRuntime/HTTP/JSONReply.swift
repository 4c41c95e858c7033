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
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let data = try encoder.encode(value)
            var headers = headers
            headers[.contentType] = "application/json"
            return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: data)))
        } catch {
            preconditionFailure("a reply type does not encode: \(error)")
        }
    }
}
