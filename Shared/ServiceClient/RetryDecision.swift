import HTTPTypes

/// What is known of an attempt that did not bring a good answer.
enum AttemptFailure {
    case status(HTTPResponse.Status, retryAfter: Duration?)
    case error(ServiceClientError.Code)
}

/// Whether a call may be sent again, by HTTP's rules alone: budget, attempts and deadline are asked elsewhere.
///
/// A request that reached nobody may always be sent again. One that may have been carried out is repeated only when
/// that is harmless: a safe method, or an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
enum RetryDecision {
    static func mayRetry(_ request: ServiceRequest, after failure: AttemptFailure) -> Bool {
        if case .stream = request.body { return false }
        switch failure {
        case .error(.unreachable): return true
        case .error(.broken), .error(.attemptTimedOut): return isRepeatable(request)
        case .error: return false
        case .status(let status, let retryAfter):
            switch status.code {
            case 502, 503, 504: return isRepeatable(request)
            case 429: return retryAfter != nil && isRepeatable(request)
            default: return false
            }
        }
    }

    private static func isRepeatable(_ request: ServiceRequest) -> Bool {
        [.get, .head, .options, .trace].contains(request.method) || request.headers.contains(.idempotencyKey)
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
}
