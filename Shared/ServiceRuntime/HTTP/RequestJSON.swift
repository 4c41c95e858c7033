public import Hummingbird
public import InputValidation
import NIOCore

extension Request {
    /// The largest JSON body that is read, in bytes.
    public static let maximumJSONBytes = 64 * 1024

    /// The body as strict JSON.
    ///
    /// - Throws: ``Problem``: 415 for another media type, 413 for more than ``maximumJSONBytes``, 400 for what is no JSON.
    public func strictJSON() async throws -> JSONValue {
        try requireMediaType("application/json")
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: Self.maximumJSONBytes)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: Self.maximumJSONBytes)
        }
        do {
            return try StrictJSON.parse(buffer.readableBytesView)
        } catch {
            throw Problem(.badRequest, kind: "malformed-json", "The body is no JSON text: \(error).")
        }
    }

    /// Checks the media type of the body, whatever its parameters are, and that it is not compressed.
    ///
    /// - Throws: ``Problem`` with status 415 naming what is accepted.
    public func requireMediaType(_ expected: String) throws(Problem) {
        let encoding = headers[.contentEncoding]?.lowercased() ?? "identity"
        guard encoding == "identity" else {
            throw Problem(
                .unsupportedMediaType,
                kind: "unsupported-content-encoding",
                "The body must be sent as it is, without Content-Encoding.",
                headers: [.acceptEncoding: "identity"]
            )
        }
        let sent = headers[.contentType]?.split(separator: ";").first.map(String.init) ?? ""
        guard MediaTypeName.normalized(sent) == expected else {
            throw Problem(
                .unsupportedMediaType,
                kind: "unsupported-media-type",
                "The body must be \(expected).",
                headers: [.accept: expected]
            )
        }
    }
}

/// How media types are compared.
enum MediaTypeName {
    static func normalized(_ text: String) -> String {
        text.lowercased().filter { !$0.isWhitespace }
    }
}

extension Problem {
    /// 413 for a body beyond the limit.
    public static func bodyTooLarge(limit: Int) -> Self {
        Self(.contentTooLarge, kind: "body-too-large", "The body has more than \(limit) bytes.")
    }
}
