/// A key under one policy: what a call counts against.
public struct RateLimitedKey: Hashable, Sendable {
    /// Whose call it is.
    public let key: String
    /// How often it may call.
    public let policy: RateLimitPolicy

    /// Puts a key under a policy.
    public init(_ key: String, under policy: RateLimitPolicy) {
        self.key = key
        self.policy = policy
    }
}

/// Where calls are counted: here, or where several processes count them together.
///
/// All stores decide as ``GCRA`` does. A call under several limits is counted under all of them or under none, also when
/// others call at the same moment; a denied call is counted nowhere.
public protocol RateLimitStore: Sendable {
    /// Decides about one call, and counts it if all limits admit it.
    ///
    /// - Parameters:
    ///   - limits: What the call counts against, under policies that differ.
    ///   - completion: Called once, on any thread: the decisions in the order of `limits`, or why there are none. When
    ///     one of them denies the call, the others say what they would have decided.
    func admit(
        _ limits: [RateLimitedKey],
        completion: @escaping @Sendable (Result<[RateLimitDecision], RateLimitStoreError>) -> Void
    )
}

extension RateLimitStore {
    /// Decides about one call, and counts it if all limits admit it.
    ///
    /// It is not ended by cancellation: a store answers soon or fails, and what it has counted stays counted.
    ///
    /// - Parameter limits: What the call counts against, under policies that differ.
    /// - Returns: The decisions, in the order of `limits`.
    /// - Throws: ``RateLimitStoreError`` when nothing was decided, as far as can be known here.
    public func admit(_ limits: [RateLimitedKey]) async throws(RateLimitStoreError) -> [RateLimitDecision] {
        let result = await withCheckedContinuation { continuation in
            admit(limits) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}

/// Why a store decides nothing.
///
/// A call that was sent to a store and met its time limit may have been counted there.
public struct RateLimitStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A reason that callers may count by; trying again at once helps in no case.
    public enum Code: String, Hashable, Sendable {
        /// The store cannot be reached; it is being tried in the background.
        case unavailable
        /// The store did not answer in time.
        case timedOut = "timed-out"
        /// Too many calls wait for the store already.
        case busy
        /// The store answers what nobody understands.
        case unexpected
    }

    /// The reason.
    public let code: Code
    /// What happened, for people.
    public let description: String

    /// Creates an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
