import NIOCore

/// Measures how long a client takes to send, in two-step time: what has begun when, and how much came since.
///
/// Time in which nobody reads, because the service behind is slower than the client, is not the client's: a window in
/// which reading was paused does not count.
struct ReadClock {
    private enum Phase {
        case idle(since: NIODeadline)
        case head(since: NIODeadline)
        case body(Window)
        /// All is read; the service has the word.
        case answering
        case lingering(since: NIODeadline)
    }

    private struct Window {
        var started: NIODeadline
        var bytes = 0
        var wasPaused = false
    }

    enum Verdict: Hashable {
        case inTime
        case refuse(EdgeRefusal)
        /// The connection has been idle, or lingering, for long enough.
        case close
    }

    private var phase: Phase
    private var requestStart: NIODeadline
    private var isBounded = false

    init(now: NIODeadline) {
        phase = .idle(since: now)
        requestStart = now
    }

    mutating func idle(at now: NIODeadline) { phase = .idle(since: now) }
    mutating func answering() { phase = .answering }
    mutating func lingering(at now: NIODeadline) { phase = .lingering(since: now) }

    /// Bytes of a head came; the first ones start its time.
    mutating func head(at now: NIODeadline) {
        guard case .idle = phase else { return }
        phase = .head(since: now)
        requestStart = now
    }

    /// The body begins.
    mutating func body(isBounded: Bool, at now: NIODeadline) {
        self.isBounded = isBounded
        phase = .body(Window(started: now))
    }

    mutating func received(_ bytes: Int) {
        guard case .body(var window) = phase else { return }
        window.bytes += bytes
        phase = .body(window)
    }

    /// Looks at the time; `isReading` tells whether a read is under way.
    mutating func verdict(at now: NIODeadline, isReading: Bool, limits: EdgeLimits) -> Verdict {
        switch phase {
        case .answering: return .inTime
        case .idle(let since): return now - since >= .init(limits.idleTime) ? .close : .inTime
        case .head(let since): return now - since >= .init(limits.headTime) ? .refuse(.slowHead) : .inTime
        case .lingering(let since): return now - since >= .init(limits.lingerTime) ? .close : .inTime
        case .body(var window):
            if isBounded, now - requestStart >= .init(limits.requestTime) { return .refuse(.slowRequest) }
            if !isReading { window.wasPaused = true }
            if now - window.started >= .init(limits.bodyGrace) {
                if !window.wasPaused, window.bytes < limits.bodyBytesPerWindow { return .refuse(.slowBody) }
                window = Window(started: now)
            }
            phase = .body(window)
            return .inTime
        }
    }
}
