/// What all faults of one run have in common.
package struct ChaosSettings: Sendable {
    /// Searches a second.
    package static let rate = 200
    /// `search` processes of a stack.
    package static let replicas = 3
    /// Slow clients, when the limit of descriptors has room for them.
    package static let wantedSlowClients = 5000
    /// Descriptors that a process needs beside those of the slow clients.
    private static let otherDescriptors = 1000

    /// The folder of the executables.
    let executables: String
    /// What the paths of the stacks' state begin with.
    let scratch: String
    /// How long the load goes on before a fault and after it.
    let around: Duration
    /// How long the registry is away.
    let registryOutage: Duration
    /// How many files and sockets a process may have open.
    let descriptorLimit: Int
    /// Told of what goes on, a line each.
    let note: @Sendable (String) -> Void

    /// Creates settings that raise the limit of descriptors as far as the system lets them.
    package init(
        executables: String,
        scratch: String,
        around: Duration,
        registryOutage: Duration,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.executables = executables
        self.scratch = scratch
        self.around = around
        self.registryOutage = registryOutage
        self.note = note
        descriptorLimit = DescriptorLimit.raise()
    }

    /// As many slow clients as the load and the gateway can have open each.
    var slowClients: Int { max(1, min(Self.wantedSlowClients, descriptorLimit - Self.otherDescriptors)) }
}
