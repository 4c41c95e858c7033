import Synchronization

/// Counts calls in a store that several processes share, and here for as long as that one decides nothing.
///
/// What the shared store admits is counted here too, so that an outage does not begin with a burst for everybody. While
/// it lasts, each process grants as much as the policy says.
public final class FallbackRateLimitStore: RateLimitStore {
    /// Which of the two decides.
    public enum Change: Hashable, Sendable {
        /// The shared store decided nothing, for this reason.
        case began(RateLimitStoreError)
        /// The shared store decides again, and for ``Outage/calm`` nobody has failed.
        case ended
    }

    private let shared: any RateLimitStore
    private let local: MemoryRateLimitStore
    private let now: @Sendable () -> Duration
    private let outage = Mutex(Outage())
    private let onFallback: @Sendable (RateLimitStoreError) -> Void
    private let onChange: @Sendable (Change) -> Void

    /// Creates a store of two.
    ///
    /// - Parameters:
    ///   - shared: Asked first; it must fail soon when it cannot decide.
    ///   - local: Decides when `shared` does not.
    ///   - now: The time since any fixed moment, monotonic.
    ///   - onFallback: Told of each call that `local` decides.
    ///   - onChange: Told when such calls begin and when they end.
    public init(
        shared: any RateLimitStore,
        local: MemoryRateLimitStore,
        now: @escaping @Sendable () -> Duration,
        onFallback: @escaping @Sendable (RateLimitStoreError) -> Void = { _ in },
        onChange: @escaping @Sendable (Change) -> Void = { _ in }
    ) {
        self.shared = shared
        self.local = local
        self.now = now
        self.onFallback = onFallback
        self.onChange = onChange
    }

    /// Decides always: `completion` is never handed an error.
    public func admit(
        _ limits: [RateLimitedKey],
        completion: @escaping @Sendable (Result<[RateLimitDecision], RateLimitStoreError>) -> Void
    ) {
        decide(limits) { completion(.success($0)) }
    }

    /// Decides about one call, and counts it if all limits admit it.
    ///
    /// - Parameters:
    ///   - limits: What the call counts against, under policies that differ.
    ///   - completion: Called once, on any thread, with the decisions in the order of `limits`.
    public func decide(
        _ limits: [RateLimitedKey],
        completion: @escaping @Sendable ([RateLimitDecision]) -> Void
    ) {
        shared.admit(limits) { [self] result in
            switch result {
            case .success(let decisions):
                if outage.withLock({ $0.succeed(at: now()) }) { onChange(.ended) }
                if decisions.allSatisfy(\.isAdmitted) { _ = local.decide(limits) }
                completion(decisions)
            case .failure(let error):
                if outage.withLock({ $0.fail(at: now()) }) { onChange(.began(error)) }
                onFallback(error)
                completion(local.decide(limits))
            }
        }
    }
}
