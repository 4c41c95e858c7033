import LocalStack
import Synchronization

/// Remembers what the stack said of its processes.
final class StackEvents: Sendable {
    private let events = Mutex<[StackEvent]>([])

    func record(_ event: StackEvent) {
        events.withLock { $0.append(event) }
    }

    /// What was said, in words.
    var lines: [String] { events.withLock { $0.map(\.description) } }
}
