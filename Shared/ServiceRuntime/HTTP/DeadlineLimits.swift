public import Hummingbird
public import Resilience
import ServiceClient

/// How long requests may take: what they ask for, within limits that may depend on the route.
public struct DeadlineLimits: Sendable {
    private let limit: @Sendable (Request) -> Duration
    private let trustsHeader: Bool

    private init(trustsHeader: Bool, limit: @escaping @Sendable (Request) -> Duration) {
        self.limit = limit
        self.trustsHeader = trustsHeader
    }

    /// For services behind the gateway: the header counts up to the limit; without one, ``Deadline/internalDefault``.
    public static func service(maximum: @escaping @Sendable (Request) -> Duration = { _ in Deadline.edgeDefault })
        -> Self
    {
        Self(trustsHeader: true, limit: maximum)
    }

    /// For the edge: the limit counts, whatever the client says.
    public static func edge(limit: @escaping @Sendable (Request) -> Duration = { _ in Deadline.edgeDefault }) -> Self {
        Self(trustsHeader: false, limit: limit)
    }

    /// The deadline of a request that arrives at `now`.
    public func deadline(for request: Request, at now: ContinuousClock.Instant) -> Deadline {
        let limit = limit(request)
        guard trustsHeader else { return .after(limit, from: now) }
        return request.headers[.requestTimeout].flatMap { Deadline.parse($0, limit: limit, at: now) }
            ?? .after(min(limit, Deadline.internalDefault), from: now)
    }
}
