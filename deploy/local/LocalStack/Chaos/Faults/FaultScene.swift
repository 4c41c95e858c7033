/// Where a fault happens: a stack under load.
struct FaultScene: Sendable {
    let stack: LocalStack
    let load: SteadyLoad
    let settings: ChaosSettings

    /// The names of the `search` processes.
    var searchProcesses: [String] { stack.processNames.filter { $0.hasPrefix("search-") } }

    /// Sends a signal to a process that is there.
    ///
    /// - Throws: `StackFailure` when it is not.
    func signal(_ name: String, _ signal: Int32) throws(StackFailure) {
        guard stack.signal(name, signal) else { throw StackFailure("\(name) is not running") }
    }
}
