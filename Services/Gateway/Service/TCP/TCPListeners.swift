import Logging
import ServiceLifecycle
import ServiceRuntime
import StructuredLogging
import Synchronization

/// The listeners of the TCP routes: those that the file names at start, and later those that it names then.
///
/// A port that cannot be listened on ends the process at its start; later it is a line in the log, and tried again when
/// the file is read again.
final class TCPListeners: Service {
    private struct Running {
        let setting: TCPRouteSetting
        /// Finishing it ends the listener.
        let stop: AsyncStream<Void>.Continuation
    }

    private struct Guarded {
        var wanted: [TCPRouteSetting]
        var running: [Int: Running] = [:]
        /// Told that something else is wanted; nil until somebody listens.
        var changes: AsyncStream<Void>.Continuation?
    }

    private let host: String
    private let connections: ServiceConnections
    private let logger: Logger
    private let state: Mutex<Guarded>

    init(_ settings: [TCPRouteSetting], host: String, connections: ServiceConnections, logger: Logger) {
        self.host = host
        self.connections = connections
        self.logger = logger
        state = Mutex(Guarded(wanted: settings))
    }

    /// Listens on these ports from now on, and ends those that are not among them.
    ///
    /// - Throws: `SettingsError` naming the ports that would lead elsewhere than before, of which one connection after the
    ///   other would have to be ended first; nothing is changed then.
    func listen(on settings: [TCPRouteSetting]) throws(SettingsError) {
        let problems = state.withLock { state -> [String] in
            let changed = settings.filter { setting in
                state.wanted.contains { $0.port == setting.port && $0 != setting }
            }
            guard changed.isEmpty else {
                return changed.map {
                    "tcpRoutes: port \($0.port) would lead elsewhere; take another port, or start anew"
                }
            }
            state.wanted = settings
            state.changes?.yield()
            return []
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
    }

    func run() async throws {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.changes = continuation }
        continuation.yield()
        try await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                var isStart = true
                for await _ in changes {
                    for (setting, stopped) in self.change() {
                        let mustListen = isStart
                        group.addTask { try await self.listen(setting, until: stopped, mustListen) }
                    }
                    isStart = false
                }
            }
        }
    }

    /// Ends what is not wanted any more, and tells what is wanted and not there.
    private func change() -> [(TCPRouteSetting, AsyncStream<Void>)] {
        state.withLock { state in
            for (port, running) in state.running where !state.wanted.contains(running.setting) {
                running.stop.finish()
                state.running[port] = nil
            }
            return state.wanted.filter { state.running[$0.port] == nil }.map { setting in
                let (stopped, stop) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                state.running[setting.port] = Running(setting: setting, stop: stop)
                return (setting, stopped)
            }
        }
    }

    private func listen(_ setting: TCPRouteSetting, until stopped: AsyncStream<Void>, _ mustListen: Bool) async throws {
        let listener = TCPListener(setting, host: host, connections: connections, logger: logger)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await listener.run() }
                group.addTask {
                    for await _ in stopped {}
                }
                try await group.next()
                group.cancelAll()
            }
        } catch {
            guard !mustListen else { throw error }
            logger.error("tcp route is not there", metadata: [LogKey.error: "\(error)"])
            state.withLock { _ = $0.running.removeValue(forKey: setting.port) }
        }
    }
}
