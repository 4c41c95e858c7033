import Resilience
import Testing

extension RateLimitPolicy {
    /// A policy whose numbers are known to be good.
    static func testing(limit: Int, window: Duration, burst: Int, name: String = "test") throws -> Self {
        try #require(Self(name: name, limit: limit, window: window, burst: burst))
    }
}
