import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Ends the process at once when it is told to stop a second time.
struct SecondSignal: Service {
    func run() async throws {
        var count = 0
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint).cancelOnGracefulShutdown() {
            count += 1
            guard count > 1 else { continue }
            Logger.current.warning("told to stop a second time; ending at once", metadata: ["signal": "\(signal)"])
            exit(1)
        }
    }
}
