/// Finds the replicas of a service.
public protocol ServiceResolver: Sendable {
    /// The set of replicas, and every set that follows it.
    ///
    /// - Each element is the whole set; a set equal to the one before is not sent.
    /// - The first element comes as soon as the resolver knows anything, and may be empty: an empty set says that no
    ///   replica is registered.
    /// - A resolver that cannot reach its source keeps silent and goes on trying; its reader keeps the last set.
    /// - The sequence ends when its task is cancelled. It never throws.
    /// - Every call starts a watch of its own; it holds nothing after its iterator is gone.
    func endpoints(of service: ServiceName) -> EndpointUpdates
}

/// Finds the replicas of a service, and lets a replica be found.
public protocol ServiceRegistry: ServiceResolver {
    /// How long a registration lives without ``register(_:as:)`` being called again.
    var leaseDuration: Duration { get }

    /// Registers a replica, or renews its lease for ``leaseDuration`` from this moment.
    ///
    /// - Throws: ``RegistryError`` when the registry cannot be reached or written; calling again may help.
    func register(_ endpoint: Endpoint, as service: ServiceName) async throws(RegistryError)

    /// Takes a replica out at once; a replica that is not registered is no error.
    ///
    /// - Throws: ``RegistryError`` when the registry cannot be reached; the lease then runs out by itself.
    func deregister(_ endpoint: Endpoint, from service: ServiceName) async throws(RegistryError)
}
