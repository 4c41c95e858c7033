import Discovery

/// What a pool keeps of one replica.
struct Replica: Sendable {
    /// Where a replica is, whatever its weight.
    struct Identity: Hashable, Comparable {
        let id: String
        let host: String
        let port: Int

        init(_ endpoint: Endpoint) {
            id = endpoint.id
            host = endpoint.host
            port = endpoint.port
        }

        static func < (one: Self, other: Self) -> Bool {
            (one.id, one.host, one.port) < (other.id, other.host, other.port)
        }
    }

    var endpoint: Endpoint
    /// Tells the replica from one of the same name that was removed before.
    let serial: Int
    /// When its slow start began; nil when it has had its full traffic from the beginning.
    var slowStartedAt: Duration?
    var outstanding = 0
    var latency = PeakEWMA()
    var health = ReplicaHealth()

    init(_ endpoint: Endpoint, serial: Int) {
        self.endpoint = endpoint
        self.serial = serial
    }

    /// The share of its full traffic that it may have at `now`.
    func share(at now: Duration) -> Double {
        slowStartedAt.map { SlowStart.share(after: now - $0) } ?? 1
    }
}
