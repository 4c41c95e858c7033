import Discovery
import LoadBalancing
import Resilience

/// A service that a process calls.
struct UpstreamSource: Sendable {
    let pool: EndpointPool
    let breaker: SharedCircuitBreaker
    let bulkhead: SharedBulkhead
}

/// The replicas that a process calls, as it sees them at one moment.
struct UpstreamReport: Encodable {
    /// One service's replicas.
    struct Upstream: Encodable {
        var service: String
        var panicking: Bool
        /// Whether replicas are kept that the registry's latest, suspiciously small set lacks.
        var setHeld: Bool
        /// How long ago the registry was heard; absent when it never was.
        var setAgeSeconds: Double?
        /// Whether calls pass: `closed`, `open`, or `half-open` for a few that test the service.
        var breaker: String
        /// Calls in hand, and how many there may be.
        var inFlight: Int
        var maximumInFlight: Int
        var replicas: [Replica]
    }

    /// One replica.
    struct Replica: Encodable {
        var id: String
        var address: String
        var state: String
        /// How much of its full traffic it gets, 0 to 1.
        var share: Double
        var weight: Int
        var inFlight: Int
        /// The peak-sensitive average; absent before the first answer.
        var latencyMilliseconds: Double?
        /// Of the last thirty seconds; absent without calls.
        var successRate: Double?
        var consecutiveFailures: Int
        var ejections: Int
        var ejectedForSeconds: Double?
    }

    var upstreams: [Upstream]

    init(_ sources: [UpstreamSource]) {
        upstreams = sources.map { source in
            let snapshot = source.pool.overview
            return Upstream(
                service: "\(source.pool.service)",
                panicking: snapshot.isPanicking,
                setHeld: snapshot.isHoldingSet,
                setAgeSeconds: snapshot.setAge.map { Self.rounded($0.seconds) },
                breaker: Self.name(of: source.breaker.phase),
                inFlight: source.bulkhead.inFlight,
                maximumInFlight: source.bulkhead.limit,
                replicas: snapshot.replicas.map(Self.replica)
            )
        }
    }

    private static func replica(_ snapshot: ReplicaSnapshot) -> Replica {
        let (state, share) = name(of: snapshot.state)
        return Replica(
            id: snapshot.endpoint.id,
            address: snapshot.endpoint.authority,
            state: state,
            share: rounded(share),
            weight: snapshot.weight,
            inFlight: snapshot.outstanding,
            latencyMilliseconds: snapshot.latency.map { rounded($0.seconds * 1000) },
            successRate: snapshot.successRate.map(rounded),
            consecutiveFailures: snapshot.consecutiveFailures,
            ejections: snapshot.ejections,
            ejectedForSeconds: snapshot.ejectedFor.map { rounded($0.seconds) }
        )
    }

    private static func name(of state: ReplicaSnapshot.State) -> (String, share: Double) {
        switch state {
        case .healthy: ("healthy", 1)
        case .slowStart(let share): ("slow-start", share)
        case .ejected: ("ejected", 0)
        case .probing: ("probing", 0)
        }
    }

    private static func name(of phase: CircuitBreaker.Phase) -> String {
        switch phase {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half-open"
        }
    }

    private static func rounded(_ value: Double) -> Double {
        (value * 1000).rounded() / 1000
    }
}

extension UpstreamReport {
    private static let header = [
        "SERVICE", "REPLICA", "ADDRESS", "STATE", "SHARE", "WEIGHT", "IN FLIGHT", "LATENCY MS", "SUCCESS", "FAILURES",
        "EJECTIONS", "BACK IN S", "BREAKER", "CALLS",
    ]

    /// One line a replica, in aligned columns.
    var table: String {
        var rows = [Self.header]
        for upstream in upstreams {
            if upstream.replicas.isEmpty { rows.append([upstream.service, "none"]) }
            let calls = "\(upstream.inFlight)/\(upstream.maximumInFlight)"
            rows += upstream.replicas.map { Self.row(upstream.service, $0) + [upstream.breaker, calls] }
        }
        let widths = Self.header.indices.map { column in
            rows.compactMap { column < $0.count ? $0[column].count : nil }.max() ?? 0
        }
        let lines = rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return Self.withoutTrailingSpaces(cells.joined(separator: "  "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ service: String, _ replica: Replica) -> [String] {
        [
            service, replica.id, replica.address, replica.state, "\(replica.share)", "\(replica.weight)",
            "\(replica.inFlight)", replica.latencyMilliseconds.map { "\($0)" } ?? "-",
            replica.successRate.map { "\($0)" } ?? "-", "\(replica.consecutiveFailures)", "\(replica.ejections)",
            replica.ejectedForSeconds.map { "\($0)" } ?? "-",
        ]
    }

    private static func withoutTrailingSpaces(_ text: String) -> String {
        var text = text[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
