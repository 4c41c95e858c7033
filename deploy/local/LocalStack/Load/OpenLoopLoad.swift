/// Sends requests at a fixed rate, whether or not earlier ones are answered.
///
/// Latency counts from the moment at which a request was due, so that a stall is felt by every request it delays.
package struct OpenLoopLoad: Sendable {
    private let rate: Int
    private let duration: Duration
    private let clock = ContinuousClock()

    /// Creates a load.
    ///
    /// - Parameters:
    ///   - rate: Requests a second.
    ///   - duration: How long to go on sending.
    package init(rate: Int, duration: Duration) {
        self.rate = rate
        self.duration = duration
    }

    /// Sends the load and waits for the last answer.
    ///
    /// - Parameter send: Sends the request with this number, from 0; what it throws is counted as a failure.
    /// - Returns: The latencies of the requests that were answered, and the errors of the others.
    package func run(_ send: @escaping @Sendable (Int) async throws -> Void) async -> LatencySummary {
        let start = clock.now
        let total = Int(Double(rate) * Double(duration.components.seconds))
        return await withTaskGroup(of: Result<Duration, LoadFailure>.self) { group in
            for number in 0..<total {
                let due = start.advanced(by: .nanoseconds(1_000_000_000 / rate * number))
                try? await clock.sleep(until: due)  // Cancellation is seen just below.
                if Task.isCancelled { break }
                group.addTask {
                    do {
                        try await send(number)
                        return .success(due.duration(to: clock.now))
                    } catch {
                        return .failure(LoadFailure(description: "\(error)"))
                    }
                }
            }
            var latencies: [Duration] = []
            var failures: [String] = []
            for await result in group {
                switch result {
                case .success(let latency): latencies.append(latency)
                case .failure(let failure): failures.append(failure.description)
                }
            }
            return LatencySummary(latencies: latencies, failures: failures)
        }
    }

    private struct LoadFailure: Error {
        var description: String
    }
}
