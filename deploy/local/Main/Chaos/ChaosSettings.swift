/// What all faults of one run have in common.
struct ChaosSettings: Sendable {
    /// Searches a second.
    static let rate = 200
    /// `search` processes of a stack.
    static let replicas = 3
    /// Slow clients, when the limit of descriptors has room for them.
    static let wantedSlowClients = 5000
    /// Descriptors that a process needs beside those of the slow clients.
    private static let otherDescriptors = 1000

    /// The folder of the executables.
    let executables: String
    /// How long the load goes on before a fault and after it.
    let around: Duration
    /// How long the registry is away.
    let registryOutage: Duration
    /// How many files and sockets a process may have open.
    let descriptorLimit: Int

    /// As many slow clients as the load and the gateway can have open each.
    var slowClients: Int { max(1, min(Self.wantedSlowClients, descriptorLimit - Self.otherDescriptors)) }
}
