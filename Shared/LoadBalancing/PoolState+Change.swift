import Discovery
import Logging

extension PoolState {
    /// Something that happened to a pool and that its operator wants to know.
    enum Change: Equatable {
        case replicasAdded([Endpoint])
        case replicasRemoved([Endpoint])
        case weightsChanged([Endpoint])
        /// The registry's set is suspiciously small; these replicas are kept although it lacks them.
        case setHeld(missing: [Endpoint])
        /// The registry still has no replica after the grace; all are kept, since some answer.
        case heldSetProlonged
        /// The registry has a set of credible size again.
        case heldSetRecovered
        /// The set is still small after the grace and is believed.
        case heldSetBelieved
        case ejected(Endpoint, for: Duration, because: EjectionReason)
        case returned(Endpoint)
        case panicStarted
        case panicEnded
    }
}

extension PoolState.Change {
    /// The one log line that tells of the change.
    ///
    /// A change of health or of the set's standing is rare, bounded by the policy, and what an operator looks for: it is
    /// logged at `info`. Replicas come and go with every deploy, which the registry's own log tells: `debug`.
    func log(service: String) {
        var metadata: Logger.Metadata = ["pool.service": "\(service)"]
        switch self {
        case .replicasAdded(let endpoints):
            metadata["pool.replicas"] = .array(endpoints.map { "\($0)" })
            Logger.current.debug("replicas added", metadata: metadata)
        case .replicasRemoved(let endpoints):
            metadata["pool.replicas"] = .array(endpoints.map { "\($0)" })
            Logger.current.debug("replicas removed", metadata: metadata)
        case .weightsChanged(let endpoints):
            metadata["pool.replicas"] = .array(endpoints.map { "\($0)" })
            Logger.current.debug("replica weights changed", metadata: metadata)
        case .setHeld(let missing):
            metadata["pool.replicas"] = .array(missing.map { "\($0)" })
            Logger.current.info("registry lacks most replicas; the missing ones are kept", metadata: metadata)
        case .heldSetProlonged:
            Logger.current.info("registry still has no replica, and some answer; all are kept", metadata: metadata)
        case .heldSetRecovered:
            Logger.current.info("registry has enough replicas again", metadata: metadata)
        case .heldSetBelieved:
            Logger.current.info("registry still lacks most replicas; the missing ones are dropped", metadata: metadata)
        case .ejected(let endpoint, let duration, let reason):
            metadata["pool.replica"] = "\(endpoint)"
            metadata["pool.ejected.for"] = "\(duration)"
            metadata["pool.ejected.because"] = "\(reason.rawValue)"
            Logger.current.info("replica ejected", metadata: metadata)
        case .returned(let endpoint):
            metadata["pool.replica"] = "\(endpoint)"
            Logger.current.info("replica returned", metadata: metadata)
        case .panicStarted:
            Logger.current.info("fewer than half of the replicas are in use; all are used", metadata: metadata)
        case .panicEnded:
            Logger.current.info("half of the replicas are in use again", metadata: metadata)
        }
    }
}
