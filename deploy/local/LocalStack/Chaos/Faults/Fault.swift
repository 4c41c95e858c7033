/// Something that breaks, and what people may feel of it.
protocol Fault: Sendable {
    /// What is done, in words.
    var what: String { get }
    /// What people may feel of it at most.
    var promise: FaultPromise { get }

    /// Changes the stack before its start.
    ///
    /// - Throws: When what the change needs cannot be made.
    func adjust(_ configuration: inout StackConfiguration) async throws

    /// Changes the stack before the load begins.
    ///
    /// - Throws: `StackFailure` when it cannot be changed.
    func prepare(_ stack: LocalStack) async throws

    /// Makes the fault and returns when it is over.
    ///
    /// - Throws: `StackFailure` when it cannot be made, or the stack does not come back.
    func make(_ scene: FaultScene) async throws -> FaultFindings

    /// Looks at what is left when the load is over as well.
    ///
    /// - Throws: `StackFailure` when it cannot be looked at.
    func settle(_ stack: LocalStack, _ findings: FaultFindings) async throws -> FaultFindings

    /// Takes away what ``prepare(_:)`` has made; called whatever happened before.
    func cleanUp() async throws
}

extension Fault {
    func adjust(_ configuration: inout StackConfiguration) {}
    func prepare(_ stack: LocalStack) async throws {}
    func settle(_ stack: LocalStack, _ findings: FaultFindings) async throws -> FaultFindings { findings }
    func cleanUp() async throws {}
}

extension FaultName {
    /// The fault of this name.
    func fault(_ settings: ChaosSettings) -> any Fault {
        switch self {
        case .searchKilled: SearchKilled()
        case .searchFrozen: SearchFrozen()
        case .searchGone: SearchGone()
        case .searchSlow: SearchSlow()
        case .searchRefusing: SearchRefusing()
        case .retryStorm: RetryStorm()
        case .overload: Overload()
        case .tcpRoute: TCPRouteClients()
        case .rollingRestart: RollingRestart()
        case .registryGone: RegistryGone(outage: settings.registryOutage)
        case .connectionStorm: ConnectionsOpenedAndClosed()
        case .slowClients: ManySlowClients(count: settings.slowClients)
        }
    }
}
