import Correlation
import FoundationEssentials
public import Hummingbird
public import InputValidation
import NIOCore
import ServiceClient
import ServiceContextModule

/// A refusal in the form of RFC 9457, `application/problem+json`.
public struct Problem: Error, Sendable {
    /// The media type of a problem.
    public static let mediaType = "application/problem+json"

    /// The status.
    public var status: HTTPResponse.Status
    /// The kind of problem, the last part of its `type` URI; `about:blank` when nil.
    public var kind: String?
    /// What happened, for people.
    public var detail: String
    /// The bad fields of a 422.
    public var errors: [FieldError]
    /// Headers that belong to the refusal, such as `Retry-After` or `Allow`.
    public var headers: HTTPFields

    /// Creates a problem.
    public init(
        _ status: HTTPResponse.Status,
        kind: String? = nil,
        _ detail: String,
        errors: [FieldError] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    private struct Body: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var correlationId: String?
        var errors: [FieldError]?
    }

    /// The answer, with the correlation ID of the current task.
    public func response() -> Response {
        let (head, body) = message()
        return Response(status: head.status, headers: head.headerFields, body: .init(byteBuffer: body))
    }

    /// The same as head and body.
    func message() -> (HTTPResponse, ByteBuffer) {
        let body = Body(
            type: kind.map { "urn:clowder:problem:\($0)" } ?? "about:blank",
            title: status.reasonPhrase,
            status: status.code,
            detail: detail,
            correlationId: ServiceContext.current?.correlationID?.description,
            errors: errors.isEmpty ? nil : errors
        )
        var fields = headers
        fields[.contentType] = Self.mediaType
        return (HTTPResponse(status: status, headerFields: fields), JSONReply.encode(body))
    }
}

extension Problem {
    /// 404 for a thing that is not there.
    public static func notFound(_ thing: String) -> Self {
        Self(.notFound, kind: "not-found", "There is no such \(thing).")
    }

    /// 422 with every bad field.
    public static func invalid(_ input: InvalidInput) -> Self {
        let fields = input.errors.count == 1 ? "One field is" : "\(input.errors.count) fields are"
        return Self(
            .unprocessableContent,
            kind: "invalid-input",
            "\(fields) not acceptable; see errors.",
            errors: input.errors
        )
    }

    /// 401 for a caller who has to log in, in the words of RFC 6750.
    public static func unauthorized(_ detail: String, error: String? = nil) -> Self {
        let challenge = "Bearer realm=\"clowder\"" + (error.map { ", error=\"\($0)\"" } ?? "")
        return Self(.unauthorized, kind: "unauthorized", detail, headers: [.wwwAuthenticate: challenge])
    }

    /// 403 for a caller who may not.
    public static func forbidden(_ detail: String) -> Self {
        Self(.forbidden, kind: "forbidden", detail)
    }

    /// 503 for a service of which no replica answers.
    public static func serviceSilent(_ service: String) -> Self {
        .unavailable("The service \(service) does not answer at the moment.")
    }

    /// 503 for a service that has as many calls in hand as it may.
    public static func serviceBusy(_ service: String) -> Self {
        .overloaded("The service \(service) has as many calls in hand as it may; come back in a second.")
    }

    /// 504 for an answer that was not there at the deadline.
    public static var deadlineExceeded: Self {
        Self(.gatewayTimeout, kind: "deadline-exceeded", "The answer was not there in time.")
    }

    /// 503 for a limit that is reached: too much is asked for, and nothing is broken.
    public static func overloaded(_ detail: String) -> Self {
        var problem = unavailable(detail)
        problem.headers[.overloaded] = "1"
        return problem
    }

    /// 503 for a dependency that is down or a disk that is full, to be tried again after some seconds.
    public static func unavailable(_ detail: String, retryAfterSeconds seconds: Int = 1) -> Self {
        Self(.serviceUnavailable, kind: "unavailable", detail, headers: [.retryAfter: String(seconds)])
    }
}
