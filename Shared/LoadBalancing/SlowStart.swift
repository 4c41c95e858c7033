/// How the traffic of a replica grows that has just come, or come back.
///
/// A pick that falls on such a replica stands with the probability of its share and is made again otherwise, under every
/// policy and at every load. Shares are relative to the largest in the set: replicas that all come at once, such as the
/// first set or a set after an outage, have their full traffic at once.
enum SlowStart {
    /// How long the growth takes.
    static let length = Duration.seconds(30)
    /// The share at the beginning, from which it grows in a straight line: some traffic is what warms a replica up.
    static let initialShare = 0.1

    /// The share of its full traffic that a replica has `elapsed` after its start.
    static func share(after elapsed: Duration) -> Double {
        min(1, max(initialShare, elapsed / length))
    }
}
