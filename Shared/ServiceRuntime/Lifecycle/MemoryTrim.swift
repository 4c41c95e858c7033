import ServiceLifecycle

/// Gives memory back to the system after many connections have come and gone: what they took was freed, but in between
/// what stays, where the C library keeps it.
struct MemoryTrim: Service {
    /// How often it is looked at.
    static let interval = Duration.seconds(10)
    /// Ended connections that are worth the milliseconds that it takes.
    static let connections = 1000

    private let tracker: ConnectionTracker

    init(_ tracker: ConnectionTracker) {
        self.tracker = tracker
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if tracker.haveEnded(Self.connections) { MemoryArenas.trim() }
                try? await Task.sleep(for: Self.interval)  // Throws on cancellation only, which ends the loop.
            }
        }
    }
}
