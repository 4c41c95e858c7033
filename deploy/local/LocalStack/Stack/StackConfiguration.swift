/// What stack is started, and where its state is.
package struct StackConfiguration: Sendable {
    /// The folder of the four executables.
    package var executables: String
    /// The folder of everything that the stack writes.
    package var state: String
    /// The gateway's port; 0 finds a free one.
    package var gatewayPort: Int
    /// How many `users` processes there are.
    package var users = 2
    /// How many `search` processes there are.
    package var search = 2
    /// Flags beyond the usual ones, by service.
    package var extraArguments: [String: [String]] = [:]
    /// Whether a process that ends by itself is started again.
    package var restarts = Restarts.always
    /// The longest pause before a process that ended by itself is started again; pauses begin at 200 ms and double.
    package var maximumRestartPause = Duration.seconds(10)
    /// How long the whole stack may take until it is ready.
    package var startLimit = Duration.seconds(60)

    /// Whether a process that ends by itself is started again.
    package enum Restarts: Sendable {
        /// It is, after a growing pause.
        case always
        /// It stays away.
        case never
    }

    package init(executables: String, state: String, gatewayPort: Int) {
        self.executables = executables
        self.state = state
        self.gatewayPort = gatewayPort
    }

    /// Has every read answered by a service, so that what happens to services is seen.
    package mutating func keepNoAnswers() {
        extraArguments["gateway", default: []] += ["--cache-enabled", "false"]
    }

    var layout: StateLayout { StateLayout(root: state) }
}
