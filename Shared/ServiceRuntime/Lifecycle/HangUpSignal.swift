public import ServiceLifecycle
import UnixSignals

/// Does something each time the process gets a HUP, by which daemons are told to read their files again.
public struct HangUpSignal: Service {
    private let action: @Sendable () async -> Void

    /// - Parameter action: What to do; a HUP that comes meanwhile waits.
    public init(_ action: @escaping @Sendable () async -> Void) {
        self.action = action
    }

    /// Waits for signals until graceful shutdown or cancellation.
    public func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { await action() }
    }
}
