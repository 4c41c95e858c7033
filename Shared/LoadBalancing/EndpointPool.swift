public import Discovery
public import Metrics
import Synchronization

/// The replicas of one service as one client sees them: who is there, how busy, how slow, who is left out.
///
/// Fed by a resolver in ``run(following:)`` and asked once a call with ``pick(excluding:for:)``. A replica that fails
/// is ejected for a growing time and comes back through a single probe, with traffic that grows over thirty seconds;
/// with fewer than half in use, all are used. When the registry falls silent the last set stays; what a suddenly small
/// set lacks is dropped after a minute only, and what an empty one lacks after a quarter of an hour if some answer.
///
/// Safe to use from any thread. A pick takes one short lock and, as long as every replica is in use, allocates nothing.
public final class EndpointPool: Sendable {
    /// How a call ended, as far as the replica's health is concerned.
    public enum Outcome: Sendable, Hashable {
        /// The replica answered, with whatever status below 500.
        case success
        /// The replica could not be reached, did not answer in time, or broke off.
        case failure
        /// The replica answered 5xx: a failure of one that is there.
        case errorAnswer
        /// The replica answered that it is overloaded, as the others are: ignored, but for its being there.
        case overloaded
        /// The call ended for a reason of the caller's own, such as cancellation.
        case ignored

        /// Whether the replica answered, whatever.
        var isAnswer: Bool {
            switch self {
            case .success, .errorAnswer, .overloaded: true
            case .failure, .ignored: false
            }
        }

        /// Whether the call failed by the replica's fault.
        public var isFailure: Bool { self == .failure || self == .errorAnswer }
    }

    private struct Guarded {
        var pool: PoolState
        var generator: PickGenerator
    }

    /// How often the pool does what time alone brings.
    public static let tickInterval = Duration.seconds(1)

    /// The service whose replicas these are.
    public let service: ServiceName
    private let state: Mutex<Guarded>
    private let metrics: PoolMetrics
    private let now: @Sendable () -> Duration

    /// Creates an empty pool.
    ///
    /// - Parameters:
    ///   - service: The service's name, for logs and metrics.
    ///   - policy: How a replica is chosen.
    ///   - ejection: When a failing replica is left out.
    ///   - generator: Asked once, for the seed of the pool's own generator.
    ///   - metrics: Where the pool's metrics go.
    ///   - now: Time since any fixed moment, monotonic.
    public init(
        service: ServiceName,
        policy: any PickPolicy = PowerOfTwoChoices(),
        ejection: EjectionPolicy = EjectionPolicy(),
        generator: any RandomNumberGenerator & Sendable,
        metrics: any MetricsFactory = MetricsSystem.factory,
        now: @escaping @Sendable () -> Duration
    ) {
        var generator = generator
        self.service = service
        self.now = now
        self.metrics = PoolMetrics(service: service.description, factory: metrics)
        state = Mutex(
            Guarded(
                pool: PoolState(policy: policy, ejection: ejection),
                generator: PickGenerator(seed: generator.next())
            )
        )
    }

    // MARK: The set

    /// Follows the registry until the task is cancelled.
    public func run(following resolver: some ServiceResolver) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let updates = resolver.endpoints(of: self.service).onConfirmation { self.confirmSet() }
                for await endpoints in updates { self.replace(with: endpoints) }
            }
            group.addTask {
                while !Task.isCancelled {
                    self.tick()
                    try? await Task.sleep(for: Self.tickInterval)  // Throws on cancellation only, which ends the loop.
                }
            }
        }
    }

    /// Takes a new set of replicas; those that stay keep their counters.
    public func replace(with endpoints: Set<Endpoint>) {
        let time = now()
        apply { $0.replace(with: endpoints, at: time) }
    }

    /// Notes that the registry was heard and has nothing new, for the age of the data.
    public func confirmSet() {
        let time = now()
        state.withLock { $0.pool.confirmSet(at: time) }
    }

    /// Does what time alone brings; ``run(following:)`` calls it every ``tickInterval``.
    public func tick() {
        let time = now()
        apply { $0.tick(at: time) }
        metrics.record(state.withLock { PoolMetrics.Gauges($0.pool, at: time) })
    }

    /// Whether the resolver has delivered a set yet, even an empty one.
    public var hasSeenSet: Bool {
        state.withLock { $0.pool.hasSeenSet }
    }

    /// How many replicas are known, whatever their health.
    public var count: Int {
        state.withLock { $0.pool.replicas.count }
    }

    /// Chooses replicas in another way from now on; what is known of them stays.
    public func use(_ policy: any PickPolicy) {
        state.withLock { $0.pool.policy = policy }
    }

    // MARK: Calls

    /// Chooses a replica for one call.
    ///
    /// Every pick that this gives out must come back through ``finish(_:as:after:)`` exactly once.
    /// - Parameters:
    ///   - excluded: IDs of replicas that this call has tried already; used only when no other is left.
    ///   - key: What the call is about, for policies that send equal keys to the same replica.
    /// - Returns: A replica, or nil when none is known.
    public func pick(excluding excluded: Set<String> = [], for key: AffinityKey? = nil) -> Pick? {
        let time = now()
        let pick = state.withLock { state in
            state.pool.pick(excluding: excluded, for: key, at: time, using: &state.generator)
        }
        if let pick { metrics.record(pick) }
        return pick
    }

    /// Takes the outcome of a call.
    ///
    /// The outcome counts for the replica's health only if nothing has changed since the call was sent: a call from
    /// before an ejection neither ends nor prolongs it.
    /// - Parameters:
    ///   - pick: The call.
    ///   - outcome: How it ended.
    ///   - latency: How long the replica took, such as the time to the first byte of a long answer; nil for the time
    ///     since the pick. For an outcome that is ignored, the replica took at least this long; nil says nothing.
    public func finish(_ pick: Pick, as outcome: Outcome, after latency: Duration? = nil) {
        let time = now()
        apply { $0.finish(pick, as: outcome, after: latency, at: time) }
    }

    /// Takes what is known of a replica while its call goes on, such as that a connection of long life was made.
    ///
    /// The call stays outstanding until ``finish(_:as:after:)``, which is told ``Outcome/ignored`` if nothing is to be
    /// added.
    /// - Parameters:
    ///   - pick: The call.
    ///   - outcome: What is known.
    ///   - latency: How long that took.
    public func settle(_ pick: Pick, as outcome: Outcome, after latency: Duration) {
        let time = now()
        apply { $0.settle(pick, as: outcome, after: latency, at: time) }
    }

    // MARK: Looking in

    /// What is known of each replica, ordered by ID.
    public var snapshot: [ReplicaSnapshot] {
        overview.replicas
    }

    /// What is known of the replicas and of the set as a whole.
    public var overview: PoolSnapshot {
        let time = now()
        // Copied under the lock, which is cheap, and read outside of it.
        let pool = state.withLock { $0.pool }
        return PoolSnapshot(pool, at: time)
    }

    private func apply(_ transition: (inout PoolState) -> [PoolState.Change]) {
        let changes = state.withLock { transition(&$0.pool) }
        guard !changes.isEmpty else { return }
        let time = now()
        metrics.record(state.withLock { PoolMetrics.Gauges($0.pool, at: time) })
        for change in changes {
            metrics.record(change)
            change.log(service: service.description)
        }
    }
}
