/// What a pool knows at one moment.
public struct PoolSnapshot: Hashable, Sendable {
    /// The replicas, ordered by ID.
    public let replicas: [ReplicaSnapshot]
    /// Whether fewer than half of them are in use, so that calls go to all of them.
    public let isPanicking: Bool
    /// Whether replicas are kept that a suspiciously small set of the registry lacks.
    public let isHoldingSet: Bool
    /// How long ago the registry was heard; nil when it never was.
    public let setAge: Duration?

    init(_ state: PoolState, at now: Duration) {
        replicas = state.replicas.map { ReplicaSnapshot($0, under: state.ejection, at: now) }
        isPanicking = state.isPanicking
        isHoldingSet = state.ledger.isHolding
        setAge = state.ledger.heardAt.map { max(.zero, now - $0) }
    }
}
