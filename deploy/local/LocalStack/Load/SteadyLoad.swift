import Synchronization

/// Sends requests at a fixed rate until it is told to stop, and keeps what became of each.
///
/// As with ``OpenLoopLoad`` nobody waits for earlier answers, and a latency counts from the moment at which a request
/// was due. Requests in flight are bounded by the rate and by how long one may take.
package final class SteadyLoad: Sendable {
    private struct State {
        var samples: [LoadSample] = []
        var length: Duration?
    }

    private let rate: Int
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let state = Mutex(State())

    /// Creates a load, whose time begins at once.
    ///
    /// - Parameter rate: Requests a second.
    package init(rate: Int) {
        self.rate = rate
        start = clock.now
    }

    /// How long ago the load began.
    package var elapsed: Duration { start.duration(to: clock.now) }

    /// How many requests have been answered as they should be.
    package var answered: Int {
        state.withLock { state in state.samples.count { $0.failure == nil } }
    }

    /// Ends the sending; what is in flight is still waited for.
    package func stop() {
        let length = elapsed
        state.withLock { $0.length = $0.length ?? length }
    }

    /// Sends until ``stop()`` or cancellation, and waits for the last answer.
    ///
    /// - Parameter send: Sends the request with this number, from 0, and returns how it failed; nil when it did not.
    /// - Returns: Every request.
    package func run(_ send: @escaping @Sendable (Int) async -> String?) async -> LoadRecord {
        await withDiscardingTaskGroup { group in
            var next = 0
            while true {
                let number = next
                let due = Duration.nanoseconds(1_000_000_000 / rate * number)
                try? await clock.sleep(until: start.advanced(by: due))  // Cancellation is seen just below.
                guard !Task.isCancelled, state.withLock({ $0.length == nil }) else { return }
                group.addTask {
                    let failure = await send(number)
                    let sample = LoadSample(due: due, latency: self.elapsed - due, failure: failure)
                    self.state.withLock { $0.samples.append(sample) }
                }
                next += 1
            }
        }
        return state.withLock { LoadRecord(samples: $0.samples, length: $0.length ?? elapsed) }
    }
}
