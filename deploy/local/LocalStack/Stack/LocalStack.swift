package import Discovery
import FoundationEssentials
import HTTPTypes
import Subprocess
import Synchronization
import SystemPackage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A running stack: its processes, each restarted when it ends by itself.
package final class LocalStack: Sendable {
    /// How long a process has to stop before it is killed.
    package static let stopLimit = Duration.seconds(25)

    private struct State {
        var processIDs: [String: Int32] = [:]
        var isStopping = false
        var failure: StackFailure?
        var readyProcesses: Set<String> = []
    }

    package let configuration: StackConfiguration
    package let layout: StateLayout
    let specifications: [ProcessSpecification]
    private let lifeline: Lifeline
    private let report: @Sendable (StackEvent) -> Void
    private let state = Mutex(State())
    private let clock = ContinuousClock()

    init(
        _ configuration: StackConfiguration,
        lifeline: Lifeline,
        report: @escaping @Sendable (StackEvent) -> Void
    ) {
        self.configuration = configuration
        self.lifeline = lifeline
        self.report = report
        layout = configuration.layout
        specifications = ProcessSpecification.all(configuration)
    }

    /// Where people reach the gateway.
    package var gatewayURL: String { "http://127.0.0.1:\(configuration.gatewayPort)" }

    /// The names of all processes.
    package var processNames: [String] { specifications.map(\.name) }

    /// The registry that the processes share.
    package var registry: LeaseDirectoryRegistry {
        LeaseDirectoryRegistry(directory: layout.registry, pollInterval: .milliseconds(20), now: { Date() })
    }

    /// The process's ID; nil while it is not running.
    package func processID(of name: String) -> Int32? {
        state.withLock { $0.processIDs[name] }
    }

    /// Sends a signal to a process; whether it is running.
    @discardableResult
    package func signal(_ name: String, _ signal: Int32) -> Bool {
        guard let id = processID(of: name) else { return false }
        return kill(id, signal) == 0
    }

    /// Waits until every process is registered, that is until its checks pass, and the gateway reaches the services.
    ///
    /// - Throws: `StackFailure` when a process cannot start or the stack's limit is over.
    package func waitUntilReady() async throws {
        let end = clock.now.advanced(by: configuration.startLimit)
        while true {
            try state.withLock { if let failure = $0.failure { throw failure } }
            let missing = noteReadyProcesses()
            if missing.isEmpty, await gatewayReachesServices() { return }
            guard clock.now < end else {
                let names = missing.isEmpty ? "the gateway's services" : missing.joined(separator: ", ")
                throw StackFailure("\(names) did not become ready; see \(layout.logs)")
            }
            try await clock.sleep(for: .milliseconds(15))
        }
    }

    private func gatewayReachesServices() async -> Bool {
        let gateway = GatewayClient(baseURL: gatewayURL)
        for path in ["/.well-known/jwks.json", "/v1/listings?limit=1"] {
            // No answer is as much as a refusal here: it is asked again until the limit.
            guard let reply = try? await gateway.send(.get, path), reply.status == 200 else { return false }
        }
        return true
    }

    /// The processes that have not registered yet; those that have are reported once.
    private func noteReadyProcesses() -> [String] {
        specifications.filter { specification in
            guard state.withLock({ !$0.readyProcesses.contains(specification.name) }) else { return false }
            guard let address = Self.address(of: specification, in: layout.registry) else { return true }
            state.withLock { _ = $0.readyProcesses.insert(specification.name) }
            report(.ready(process: specification.name, address: address))
            return false
        }.map(\.name)
    }

    static func address(of specification: ProcessSpecification, in registry: String) -> String? {
        struct Lease: Decodable {
            var endpoint: Endpoint
        }
        let path = "\(registry)/\(specification.service)/\(specification.name).json"
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        // A lease that is not there, or not whole, is looked for again.
        return try? JSONDecoder().decode(Lease.self, from: data).endpoint.authority
    }

    // MARK: Supervision

    /// Runs one process, again and again, until the stack stops.
    func supervise(_ specification: ProcessSpecification) async {
        var pause = Duration.milliseconds(200)
        while !isStopping {
            let start = clock.now
            let ending = await run(specification)
            state.withLock { $0.processIDs[specification.name] = nil }
            guard !isStopping else { return report(.stopped(process: specification.name)) }
            guard state.withLock({ $0.readyProcesses.contains(specification.name) }) else {
                return fail(specification, ending)
            }
            guard configuration.restarts == .always else {
                return report(.ended(process: specification.name, how: ending.how, restartIn: nil))
            }
            if start.duration(to: clock.now) > .seconds(30) { pause = .milliseconds(200) }
            report(.ended(process: specification.name, how: ending.how, restartIn: pause))
            try? await clock.sleep(for: pause)  // Cancellation ends the stack, which the loop's condition sees.
            pause = min(pause * 2, configuration.maximumRestartPause)
        }
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } || Task.isCancelled }

    private struct Ending {
        /// How the process ended, in words.
        var how: String
        /// Where its words begin in the log; nil when the log does not hold its own reason for ending.
        var logStart: Int64?
    }

    /// Runs a process to its end.
    private func run(_ specification: ProcessSpecification) async -> Ending {
        do {
            let log = try FileDescriptor.open(
                FilePath(layout.log(of: specification.name)),
                .writeOnly,
                options: [.create, .append],
                permissions: [.ownerReadWrite, .groupRead, .otherRead]
            )
            defer { lifeline.ignoreCloseError { try log.close() } }
            let logStart = try log.seek(offset: 0, from: .end)
            var options = PlatformOptions()
            // Ctrl-C at the terminal is for the stack's owner, who stops the processes in order.
            options.processGroupID = 0
            let result = try await Subprocess.run(
                .path(FilePath(specification.executable)),
                arguments: Arguments(specification.arguments),
                platformOptions: options,
                input: .fileDescriptor(lifeline.readEnd, closeAfterSpawningProcess: false),
                output: .fileDescriptor(log, closeAfterSpawningProcess: false),
                error: .fileDescriptor(log, closeAfterSpawningProcess: false)
            ) { execution in
                let id = execution.processIdentifier.value
                state.withLock { $0.processIDs[specification.name] = id }
            }
            switch result.terminationStatus {
            case .exited(let code): return Ending(how: "ended with exit code \(code)", logStart: logStart)
            case .signaled(let signal): return Ending(how: "was ended by signal \(signal)")
            }
        } catch {
            return Ending(how: "could not be started: \(error)")
        }
    }

    /// Notes that a process ended before it was ever ready: that is no crash, it cannot start.
    private func fail(_ specification: ProcessSpecification, _ ending: Ending) {
        let log = layout.log(of: specification.name)
        let words = ending.logStart.flatMap { LogTail.lastPlainLine(of: log, from: $0) }
        let reason = words ?? "it \(ending.how); see \(log)"
        state.withLock { state in
            if state.failure == nil { state.failure = StackFailure("\(specification.name) did not start: \(reason)") }
        }
    }

    /// Stops all processes, service by service from the edge inwards; kills what does not stop in time.
    func stop() async {
        state.withLock { $0.isStopping = true }
        for service in ["gateway", "search", "users", "mail-worker"] {
            let names = specifications.filter { $0.service == service }.map(\.name)
            for name in names { signal(name, SIGTERM) }
            let end = clock.now.advanced(by: Self.stopLimit)
            while names.contains(where: { processID(of: $0) != nil }), clock.now < end, !Task.isCancelled {
                try? await clock.sleep(for: .milliseconds(10))  // Cancellation is for the loop's condition to see.
            }
            for name in names { signal(name, SIGKILL) }
        }
    }
}
