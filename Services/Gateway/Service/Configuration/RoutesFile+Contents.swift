import Discovery
import LoadBalancing
import Resilience

extension RoutesFile {
    /// What a file says, completed by the one that is built in.
    struct Contents: Sendable {
        var routes: [Route]
        var tcpRoutes: [TCPRouteSetting]
        var limits: [RateLimitSetting]
        /// How many requests may be in flight at most; 0 for any number.
        var maximumInFlight: Int
        var upstreams: [UpstreamSetting]
        var caches: [CacheSetting]
        var experiments: [ExperimentSetting]

        /// The services that the routes lead to.
        var services: Set<ServiceName> {
            Set(routes.map(\.service) + tcpRoutes.map(\.service) + experiments.flatMap(\.services.values))
        }

        func limit(_ name: String) -> RateLimitSetting? { limits.first { $0.name == name } }
    }
}

/// How many calls there may be in a window, and how many at once.
struct RateLimitSetting: Hashable, Sendable {
    var name: String
    /// Calls in a window; 0 sets no limit.
    var calls: Int
    var window: Duration
    var burst: Int

    /// The limit; nil when there is none.
    var policy: RateLimitPolicy? {
        calls > 0 ? RateLimitPolicy(name: name, limit: calls, window: window, burst: burst) : nil
    }
}

/// How a service is called.
struct UpstreamSetting: Hashable, Sendable {
    /// How a replica is chosen.
    enum Balancing: String, CaseIterable, Sendable {
        case powerOfTwoChoices = "power-of-two-choices"
        case leastOutstanding = "least-outstanding"
        case roundRobin = "round-robin"
        case weightedRoundRobin = "weighted-round-robin"
        case random

        var policy: any PickPolicy {
            switch self {
            case .powerOfTwoChoices: PowerOfTwoChoices()
            case .leastOutstanding: LeastOutstanding()
            case .roundRobin: RoundRobin()
            case .weightedRoundRobin: WeightedRoundRobin()
            case .random: UniformRandom()
            }
        }
    }

    var service: ServiceName
    /// How many calls may be in hand.
    var bulkhead = Bulkhead.defaultLimit
    var hedging = HedgePolicy.defaultMode
    var balancing = Balancing.powerOfTwoChoices
}

/// How long answers are kept.
struct CacheSetting: Hashable, Sendable {
    var name: String
    var lifetime: ResponseLifetime
    var maximumBytes: Int
}

/// An experiment: its arms, and the services that some of them lead to.
struct ExperimentSetting: Hashable, Sendable {
    var assignment: VariantAssignment
    /// The services of arms that are not answered by the route's own.
    var services: [String: ServiceName]
}
