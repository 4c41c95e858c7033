/// Why a call brought no answer.
public struct ServiceClientError: Error, Sendable, CustomStringConvertible {
    /// A coarse reason that callers may branch on.
    ///
    /// The client has done what retrying it may do: callers do not retry.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The reason's name.
        public let description: String
        /// No replica is known; the service is down or has not started.
        public static let noReplica = Self(description: "no-replica")
        /// Most calls of late have failed, so that none is made for a while; see `CircuitBreaker`.
        public static let breakerOpen = Self(description: "breaker-open")
        /// As many calls are in hand as may be, and nothing was sent; see `Bulkhead`.
        public static let bulkheadFull = Self(description: "bulkhead-full")
        /// No connection was made: the request reached nobody.
        public static let unreachable = Self(description: "unreachable")
        /// The connection broke before the whole answer was there; the request may have taken effect.
        public static let broken = Self(description: "broken")
        /// The deadline passed; the request may have taken effect.
        public static let deadlineExceeded = Self(description: "deadline-exceeded")
        /// The replica was silent for ``ServiceClient/attemptLimit``; the request may have taken effect.
        public static let attemptTimedOut = Self(description: "attempt-timed-out")
        /// The request's body broke off at its source; what was sent of it may have taken effect.
        public static let requestBodyFailed = Self(description: "request-body-failed")
        /// The answer is larger than ``ServiceClient/maximumResponseBytes``.
        public static let responseTooLarge = Self(description: "response-too-large")
        /// The request's path makes no URL; nothing was sent.
        public static let malformedRequest = Self(description: "malformed-request")
    }

    /// The reason.
    public var code: Code
    /// The service that was called.
    public var service: String
    /// What went wrong below.
    public var cause: (any Error)?

    /// Creates an error.
    public init(_ code: Code, service: String, cause: (any Error)? = nil) {
        self.code = code
        self.service = service
        self.cause = cause
    }

    /// Service, reason and cause.
    public var description: String {
        "\(service): \(code)" + (cause.map { " (\($0))" } ?? "")
    }
}
