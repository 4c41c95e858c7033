/// When a watch looks next, and what its reader hears: a value without clock, randomness or I/O of its own.
///
/// Moments are durations since the watch's clock was made.
struct DNSWatchState: Hashable, Sendable {
    /// What to do at a moment.
    enum Step: Hashable, Sendable {
        case lookUp
        /// Do nothing until this moment.
        case wait(until: Duration)
    }

    /// What a lookup's end means for the reader.
    enum Effect: Hashable, Sendable {
        case deliver(Set<Endpoint>)
        case keepSilent
    }

    /// How many lookups have failed since the last one that did not.
    private(set) var failures = 0
    private var due: Duration?
    private var delivered: Set<Endpoint>?

    /// What to do at `now`.
    func step(at now: Duration) -> Step {
        guard let due, now < due else { return .lookUp }
        return .wait(until: due)
    }

    /// Takes what a lookup found at `now`: its TTL, kept within bounds, says when to look again.
    ///
    /// Nil, a finding of which no server says how long it holds, is not kept (RFC 2308 section 5).
    mutating func finish(with finding: EndpointLookup.Finding, at now: Duration) -> Effect {
        let bounds = DNSResolver.refreshInterval
        failures = 0
        due = now + min(max(finding.timeToLive ?? bounds.lowerBound, bounds.lowerBound), bounds.upperBound)
        guard finding.endpoints != delivered else { return .keepSilent }
        delivered = finding.endpoints
        return .deliver(finding.endpoints)
    }

    /// Takes a lookup's failure at `now`: the pause before the next one is random, and may be longer each time.
    mutating func fail(at now: Duration, using generator: inout some RandomNumberGenerator) -> Effect {
        let bounds = DNSResolver.retryCeiling
        let ceiling = min(bounds.upperBound, bounds.lowerBound * (1 << min(failures, 30)))
        let (seconds, attoseconds) = ceiling.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        due = now + .nanoseconds(Int64.random(in: 0...nanoseconds, using: &generator))
        failures += 1
        return .keepSilent
    }
}
