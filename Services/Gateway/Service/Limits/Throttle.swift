import Hummingbird
import Resilience
import ServiceClient
import ServiceRuntime

/// Lets as many requests in as can be served, the more important ones first.
struct Throttle: Sendable {
    let limit: SharedConcurrencyLimit
    let clock: ContinuousClock

    /// A request in flight.
    struct Place: Sendable {
        fileprivate let throttle: Throttle
        fileprivate let permit: SharedConcurrencyLimit.Permit
        fileprivate let start: ContinuousClock.Instant

        func finish(_ response: Response) {
            let now = throttle.clock.now
            let isOverloaded = response.status == .serviceUnavailable && response.headers.contains(.retryAfter)
            let outcome =
                isOverloaded ? .dropped : AdaptiveConcurrencyLimit.Outcome.answered(after: start.duration(to: now))
            throttle.limit.finish(permit, as: outcome, at: now)
        }

        /// What was refused, or answered by nobody, says nothing of the load; what met its deadline does.
        func finish(_ error: any Error) {
            let now = throttle.clock.now
            let code = (error as? ServiceClientError)?.code
            // Whoever waits is cancelled at the deadline, and may see that before it sees why.
            let isLate = code == .deadlineExceeded || code == .attemptTimedOut
            let isOver = Deadline.current.map { $0.remaining(at: now) <= .zero } ?? false
            throttle.limit.finish(permit, as: isLate || isOver ? .dropped : nil, at: now)
        }
    }

    /// Lets a request in.
    ///
    /// - Throws: `Problem`, 503, when it is shed.
    func admit(_ priority: RequestPriority) throws(Problem) -> Place {
        let now = clock.now
        switch limit.admit(priority, at: now) {
        case .admitted(let permit): return Place(throttle: self, permit: permit, start: now)
        case .shed(let retryAfter):
            ConcurrencyJournal.countShed(priority)
            throw .shed(retryAfter: retryAfter)
        }
    }
}

extension Problem {
    /// 503 for a request that is not served because too many others are.
    static func shed(retryAfter: Duration) -> Self {
        Self(
            .serviceUnavailable,
            kind: "overloaded",
            "More requests are in flight than can be served; come back in \(RetryAfter(retryAfter).seconds) s.",
            headers: [.retryAfter: RetryAfter(retryAfter).fieldValue]
        )
    }
}
