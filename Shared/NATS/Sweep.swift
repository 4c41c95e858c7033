import Logging
import Messaging

/// Walks through a stream from its oldest change on, and removes messages that have been done for long enough.
///
/// Changes are in the order of time, so it ends at the first done message that is too young. What it passed over is alive, and
/// when that is done it will be a younger change.
struct Sweep: Sendable {
    /// How often old messages are looked for, in seconds.
    static let pause = 60.0
    /// How many changes are looked at in one go.
    static let size = 100

    private var position: UInt64 = 1
    private var next = -Double.infinity
    private var isRunning = false
    private var isComplete = true

    /// The sweep to run now, if it is time for it.
    mutating func begin(at time: Double) -> Sweep? {
        guard !isRunning, time >= next else { return nil }
        isRunning = true
        return self
    }

    /// Goes on behind what was looked at: soon when there is more, else after a pause.
    mutating func end(_ done: Sweep, at time: Double) {
        self = done
        isRunning = false
        next = isComplete ? time + Self.pause : time
    }

    /// Removes messages that were done before a time, up to ``size``.
    mutating func run(on stream: JetStream, before time: Double) async {
        isComplete = true
        for _ in 0..<Self.size {
            do throws(MessagingError) {
                guard try await step(on: stream, before: time) else { return }
            } catch {
                guard let unreadable = error.cause as? JetStream.Unreadable else {
                    Logger.current.warning("old messages are not removed yet", metadata: ["error": "\(error)"])
                    return
                }
                position = unreadable.sequence + 1
            }
        }
        isComplete = false
    }

    /// Looks at the next change; whether there may be more to do behind it.
    private mutating func step(on stream: JetStream, before time: Double) async throws(MessagingError) -> Bool {
        guard let stored = try await stream.record(from: position) else { return false }
        if stored.record.digest.state == .done {
            guard stored.record.digest.time < time else { return false }
            try await stream.remove(stored.sequence)
        }
        position = stored.sequence + 1
        return true
    }
}
