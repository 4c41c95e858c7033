public import HTTPTypes

/// Why a request is refused before anybody looked at what it asks for.
public enum EdgeRefusal: Error, Hashable, Sendable, CaseIterable {
    /// The request line is longer than ``EdgeLimits/requestLineBytes``: 414.
    case requestLineTooLong
    /// The header fields are longer than ``EdgeLimits/fieldBytes``: 431.
    case fieldsTooLarge
    /// There are more header fields than ``EdgeLimits/fieldCount``: 431.
    case tooManyFields
    /// The first line is no request line of HTTP/1: 400.
    case malformedRequestLine
    /// The target is no path, no absolute `http` or `https` URI, and not the `*` of `OPTIONS`: 400.
    case malformedTarget
    /// A header field breaks RFC 9112 section 5: 400.
    case malformedField
    /// There is no `Host`, more than one, or one that is no host: 400 (RFC 9112 section 3.2).
    case badHost
    /// The body's length is told twice, wrongly, or by HTTP/1.0 in chunks: 400 (RFC 9112 section 6.3).
    case badFraming
    /// A chunk is not framed as RFC 9112 section 7.1 says: 400.
    case malformedChunk
    /// The method is none of RFC 9110, or asks for a tunnel: 501.
    case unknownMethod
    /// The body is in a transfer coding other than `chunked`: 501.
    case unknownTransferCoding
    /// The version is not HTTP/1.0 or HTTP/1.1: 505.
    case unknownVersion
    /// The client expects something other than `100-continue`: 417.
    case unknownExpectation
    /// The head took longer than ``EdgeLimits/headTime``: 408.
    case slowHead
    /// The body came slower than ``EdgeLimits/bodyBytesPerSecond``: 408.
    case slowBody
    /// The request took longer than ``EdgeLimits/requestTime``: 408.
    case slowRequest
    /// The connection ended before the body did: there is nobody left to tell.
    case truncatedBody

    /// The status of the refusal.
    public var status: HTTPResponse.Status {
        switch self {
        case .malformedRequestLine, .malformedTarget, .malformedField, .badHost, .badFraming, .malformedChunk,
            .truncatedBody:
            .badRequest
        case .slowHead, .slowBody, .slowRequest: .requestTimeout
        case .requestLineTooLong: .uriTooLong
        case .unknownExpectation: .expectationFailed
        case .fieldsTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .unknownMethod, .unknownTransferCoding: .notImplemented
        case .unknownVersion: .httpVersionNotSupported
        }
    }

    /// A name for the kind of refusal, for problem types and metrics.
    public var kind: String {
        switch self {
        case .requestLineTooLong: "request-line-too-long"
        case .fieldsTooLarge: "fields-too-large"
        case .tooManyFields: "too-many-fields"
        case .malformedRequestLine: "malformed-request-line"
        case .malformedTarget: "malformed-target"
        case .malformedField: "malformed-field"
        case .badHost: "bad-host"
        case .badFraming, .malformedChunk, .truncatedBody: "malformed-body"
        case .unknownMethod: "unknown-method"
        case .unknownTransferCoding: "unknown-transfer-coding"
        case .unknownVersion: "unknown-version"
        case .unknownExpectation: "unknown-expectation"
        case .slowHead: "slow-head"
        case .slowBody: "slow-body"
        case .slowRequest: "slow-request"
        }
    }

    /// What is wrong and what the limit is, for people.
    public func detail(limits: EdgeLimits) -> String {
        switch self {
        case .requestLineTooLong: "The request line may have \(limits.requestLineBytes) bytes."
        case .fieldsTooLarge: "The header fields may have \(limits.fieldBytes) bytes together."
        case .tooManyFields: "A request may have \(limits.fieldCount) header fields."
        case .malformedRequestLine: "The first line must be: method, space, target, space, HTTP/1.1."
        case .malformedTarget: "The target must be a path of visible ASCII characters, such as /v1/listings."
        case .malformedField: "A header field must be a name, a colon and a value, on one line that ends with CR LF."
        case .badHost: "A request needs exactly one Host, a name or an address with or without a port."
        case .badFraming: "The body's length must be told once: by Content-Length, or by chunked coding in HTTP/1.1."
        case .malformedChunk: "The body is not framed as HTTP demands."
        case .truncatedBody: "The body broke off before its end."
        case .unknownMethod: "The method is not known here."
        case .unknownTransferCoding: "The only transfer coding that is known here is chunked."
        case .unknownVersion: "The versions that are known here are HTTP/1.1 and HTTP/1.0."
        case .unknownExpectation: "The only expectation that is known here is 100-continue."
        case .slowHead: "The head of a request must be there within \(limits.headTime.components.seconds) s."
        case .slowBody:
            "A body must bring \(limits.bodyBytesPerSecond) bytes a second once "
                + "\(limits.bodyGrace.components.seconds) s are over."
        case .slowRequest: "The whole request must be there within \(limits.requestTime.components.seconds) s."
        }
    }
}
