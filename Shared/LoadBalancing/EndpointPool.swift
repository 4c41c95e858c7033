public import Discovery
import Logging
import Metrics
import Synchronization

/// The replicas of one service as one client sees them: who is there, how busy, who is left out.
///
/// Fed by a resolver in ``run(following:)`` and asked once a call with ``pick(excluding:)``. A replica that fails
/// several times in a row is ejected for a growing time and comes back through a single probe; with fewer than half in
/// use, all are used. When the registry falls silent the last set stays; a set that is suddenly empty is believed after
/// a minute only.
public final class EndpointPool: Sendable {
    /// How a call ended, as far as the replica's health is concerned.
    public enum Outcome: Sendable, Hashable {
        /// The replica answered, with whatever status below 500.
        case success
        /// The replica could not be reached, broke off, or answered 5xx.
        case failure
        /// The call ended for a reason of the caller's own, such as cancellation.
        case ignored
    }

    /// The service whose replicas these are.
    public let service: ServiceName
    private let state: Mutex<PoolState>
    private let generator: Mutex<any RandomNumberGenerator & Sendable>
    private let now: @Sendable () -> Duration

    /// Creates an empty pool.
    ///
    /// - Parameters:
    ///   - service: The service's name, for logs and metrics.
    ///   - policy: How a replica is chosen.
    ///   - ejection: When a failing replica is left out.
    ///   - generator: The source of the policy's randomness.
    ///   - now: Time since any fixed moment, monotonic.
    public init(
        service: ServiceName,
        policy: any PickPolicy = PowerOfTwoChoices(),
        ejection: EjectionPolicy = EjectionPolicy(),
        generator: any RandomNumberGenerator & Sendable,
        now: @escaping @Sendable () -> Duration
    ) {
        self.service = service
        self.now = now
        self.generator = Mutex(generator)
        state = Mutex(PoolState(policy: policy, ejection: ejection))
    }

    /// Follows the registry until the task is cancelled.
    public func run(following resolver: some ServiceResolver) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await endpoints in resolver.endpoints(of: self.service) { self.replace(with: endpoints) }
            }
            group.addTask {
                while !Task.isCancelled {
                    self.apply { $0.expireHeldSet(at: self.now()) }
                    try? await Task.sleep(for: .seconds(1))  // Throws on cancellation only, which ends the loop.
                }
            }
        }
    }

    /// Takes a new set of replicas; those that stay keep their counters.
    public func replace(with endpoints: Set<Endpoint>) {
        apply { $0.replace(with: endpoints, at: now()) }
    }

    /// Chooses a replica for one call.
    ///
    /// Every endpoint that this gives out must come back through ``finish(_:as:)`` exactly once.
    /// - Parameter excluded: IDs of replicas that this call has tried already; used only when no other is left.
    /// - Returns: A replica, or nil when none is known.
    public func pick(excluding excluded: Set<String> = []) -> Endpoint? {
        let time = now()
        let (endpoint, isPanicking) = generator.withLock { generator in
            state.withLock { ($0.pick(excluding: excluded, at: time, using: &generator), $0.isPanicking) }
        }
        if isPanicking {
            Counter(label: "clowder_pool_panic_picks_total", dimensions: [("service", "\(service)")]).increment()
        }
        return endpoint
    }

    /// Takes the outcome of a call.
    public func finish(_ endpoint: Endpoint, as outcome: Outcome) {
        apply { $0.finish(endpoint, as: outcome, at: now()) }
    }

    /// Whether the resolver has delivered a set yet, even an empty one.
    public var hasSeenSet: Bool {
        state.withLock { $0.hasSeenSet }
    }

    /// How many replicas are known, whatever their health.
    public var count: Int {
        state.withLock { $0.replicas.count }
    }

    /// What is known of each replica, ordered by ID.
    public var snapshot: [ReplicaSnapshot] {
        let time = now()
        return state.withLock { state in
            state.replicas.map { replica in
                ReplicaSnapshot(
                    endpoint: replica.endpoint,
                    outstanding: replica.outstanding,
                    consecutiveFailures: replica.consecutiveFailures,
                    ejectedFor: replica.ejectedUntil.map { max(.zero, $0 - time) }
                )
            }
        }
    }

    private func apply(_ transition: (inout PoolState) -> [PoolState.Change]) {
        let (changes, count) = state.withLock { (transition(&$0), $0.replicas.count) }
        guard !changes.isEmpty else { return }
        Gauge(label: "clowder_pool_replicas", dimensions: [("service", "\(service)")]).record(count)
        changes.forEach(report)
    }

    private func report(_ change: PoolState.Change) {
        var metadata: Logger.Metadata = ["pool.service": "\(service)"]
        switch change {
        case .replicasAdded(let endpoints):
            metadata["pool.replicas"] = .array(endpoints.map { "\($0)" })
            Logger.current.debug("replicas added", metadata: metadata)
        case .replicasRemoved(let endpoints):
            metadata["pool.replicas"] = .array(endpoints.map { "\($0)" })
            Logger.current.debug("replicas removed", metadata: metadata)
        case .emptySetHeld:
            Logger.current.debug("registry reports no replica; the last set is kept", metadata: metadata)
        case .ejected(let endpoint, let duration):
            metadata["pool.replica"] = "\(endpoint)"
            metadata["pool.ejected.for"] = "\(duration)"
            Counter(label: "clowder_pool_ejections_total", dimensions: [("service", "\(service)")]).increment()
            Logger.current.debug("replica ejected", metadata: metadata)
        case .returned(let endpoint):
            metadata["pool.replica"] = "\(endpoint)"
            Logger.current.debug("replica returned", metadata: metadata)
        }
    }
}
