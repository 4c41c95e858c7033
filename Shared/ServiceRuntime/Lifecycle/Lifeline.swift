import Logging
import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Stops the process gracefully when its standard input ends, that is when its parent is gone, however it went.
struct Lifeline: Service {
    static let pollInterval = Duration.milliseconds(250)

    func run() async throws {
        // Shutdown ends the watch; there is nothing to clean up.
        try? await cancelWhenGracefulShutdown {
            while !hasEnded() { try await Task.sleep(for: Self.pollInterval) }
            Logger.current.info("standard input ended; stopping")
            kill(getpid(), SIGTERM)
            // A service that returns before it is told to stop has failed.
            try await gracefulShutdown()
        }
    }

    /// Looks without waiting; whatever arrives on standard input is read and dropped.
    private func hasEnded() -> Bool {
        var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 0) > 0 else { return false }
        var byte: UInt8 = 0
        return read(STDIN_FILENO, &byte, 1) <= 0
    }
}
