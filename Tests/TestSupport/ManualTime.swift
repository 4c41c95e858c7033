package import FoundationEssentials
import Synchronization

/// A clock that moves only when a test says so.
package final class ManualTime: Sendable {
    private let elapsed = Mutex(Duration.zero)
    private let start: Date

    package init(start: Date = Date(timeIntervalSince1970: 1_700_000_000)) {
        self.start = start
    }

    package var now: Duration { elapsed.withLock { $0 } }

    package var date: Date {
        let duration = now.components
        return start.addingTimeInterval(Double(duration.seconds) + Double(duration.attoseconds) / 1e18)
    }

    package func advance(by duration: Duration) {
        elapsed.withLock { $0 += duration }
    }
}
