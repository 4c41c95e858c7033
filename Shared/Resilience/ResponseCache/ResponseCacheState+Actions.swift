extension ResponseCacheState {
    /// The task of fetching the response of one key; give it to ``complete(_:with:at:)`` once, whatever happens.
    public struct Fill: Hashable, Sendable {
        /// Which flight it leads.
        let flight: UInt64
        /// Sets the leader apart from one before it that gave the flight up.
        let leader: UInt64
    }

    /// A caller that waits for another one's fill.
    public struct Follower: Hashable, Sendable {
        let flight: UInt64
        let number: UInt64
    }

    /// What to do with a request.
    public enum Lookup: Sendable {
        /// Serve this fresh response.
        case serve(Value, age: Duration)
        /// Serve this stale response; somebody else is fetching a new one.
        case serveStale(Value, age: Duration)
        /// Serve this stale response, and fetch a new one without letting the client wait.
        case serveStaleAndRevalidate(Value, age: Duration, Fill)
        /// Fetch the response and let the client wait; `stale` is what can be revalidated by its entity tag.
        case lead(Fill, stale: Value?)
        /// Wait for what ``complete(_:with:at:)`` says of this follower; call ``leave(_:)`` if the client goes.
        case follow(Follower)
        /// Refuse it: too many callers wait for this key.
        case refuse
    }

    /// What became of a fill.
    public enum FillResult: Sendable {
        /// The response; after a revalidation that found nothing new it is the stale one again.
        case fetched(Value, bytes: Int, lifetime: ResponseLifetime)
        /// The response could not be fetched.
        case failed
        /// The leader's client went, so that nothing is known about the response.
        case abandoned
    }

    /// Whom to tell what at the end of a fill.
    public enum Completion: Sendable {
        /// Serve this response, as the leader does its own.
        case deliver(Value, to: [Follower])
        /// Serve this stale response; the leader does so, too.
        case deliverStale(Value, age: Duration, to: [Follower])
        /// Answer with an error; the leader does so, too. Nobody tries again by itself.
        case fail([Follower])
        /// Let this follower lead, for the leader is gone; the other followers wait on.
        case promote(Follower, Fill)
        /// Nobody waits.
        case nothing
    }
}

extension ResponseCacheState.Lookup: Equatable where Value: Equatable {}
extension ResponseCacheState.FillResult: Equatable where Value: Equatable {}
extension ResponseCacheState.Completion: Equatable where Value: Equatable {}
