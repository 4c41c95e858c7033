#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How a connection waits for a lock that another process holds.
///
/// Its pauses grow as SQLite's own do, which know nothing of tasks.
struct BusyWait: Sendable {
    private static let firstPauses: [Duration] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50].map { .milliseconds($0) }
    private static let laterPause = Duration.milliseconds(100)

    /// How long all pauses take together.
    let limit: Duration
    /// Holds the thread up for a pause.
    var sleep: @Sendable (Duration) -> Void = Self.blockThread

    /// Waits for a while; false when the limit is reached or nobody waits for this task's answer any more.
    func goesOn(after tries: Int) -> Bool {
        let pause = pause(after: tries)
        guard pause > .zero, !Task.isCancelled else { return false }
        sleep(pause)
        return true
    }

    /// Holds the thread up for up to a second.
    @Sendable static func blockThread(for pause: Duration) {
        usleep(UInt32(pause / .microseconds(1)))
    }

    /// The pause that follows so many others; zero or less when none is left.
    func pause(after tries: Int) -> Duration {
        let later = max(0, tries - Self.firstPauses.count)
        let before = Self.firstPauses.prefix(tries).reduce(.zero, +) + Self.laterPause * later
        return min(tries < Self.firstPauses.count ? Self.firstPauses[tries] : Self.laterPause, limit - before)
    }
}
