/// A resolver over sets that are known beforehand and never change.
public struct StaticResolver: ServiceResolver {
    private let services: [ServiceName: Set<Endpoint>]

    /// Creates a resolver; a service that is not named has no replicas.
    public init(_ services: [ServiceName: Set<Endpoint>]) {
        self.services = services
    }

    /// The one set, then silence until the task is cancelled.
    public func endpoints(of service: ServiceName) -> EndpointUpdates {
        let set = services[service] ?? []
        return EndpointUpdates {
            { last in
                guard last != nil else { return set }
                while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }  // Ends by cancellation only.
                return nil
            }
        }
    }
}
