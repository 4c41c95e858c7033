/// How long a stored response may be served, counted from when its fill ended (RFC 9111, RFC 5861).
public struct ResponseLifetime: Hashable, Sendable {
    /// A response that is handed to those who wait for it and not stored.
    public static let none = Self(fresh: .zero, staleWhileRevalidate: .zero, staleIfError: .zero)

    /// How long it is served without a question.
    public let fresh: Duration
    /// How long after that it is served while a new one is fetched.
    public let staleWhileRevalidate: Duration
    /// How long after the fresh time it is served when a new one could not be fetched.
    public let staleIfError: Duration

    /// Creates a lifetime; negative times are taken as zero.
    public init(fresh: Duration, staleWhileRevalidate: Duration, staleIfError: Duration) {
        self.fresh = max(.zero, fresh)
        self.staleWhileRevalidate = max(.zero, staleWhileRevalidate)
        self.staleIfError = max(.zero, staleIfError)
    }

    /// What a response of an age is good for.
    enum Use {
        case serving
        case servingWhileRevalidating
        case errorsOnly
        case nothing
    }

    /// What a response of this age is good for; the end of each time is outside of it, as in RFC 9111, section 4.2.
    func use(atAge age: Duration) -> Use {
        if age < fresh { return .serving }
        if age < fresh + staleWhileRevalidate { return .servingWhileRevalidating }
        return age < fresh + staleIfError ? .errorsOnly : .nothing
    }

    /// Whether a response of this age may stand in for one that could not be fetched.
    func coversErrors(atAge age: Duration) -> Bool {
        age < fresh + staleIfError
    }
}
