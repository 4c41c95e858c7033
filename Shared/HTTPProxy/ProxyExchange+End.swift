import HTTPEdge
import HTTPTypes
import LoadBalancing
import NIOCore
import Resilience

/// How requests end.
extension ProxyExchange {
    func tick(at now: NIODeadline) {
        guard let job else { return }
        if now >= job.end { return deadlinePassed(job) }
        switch job.phase {
        case .connecting, .waiting:
            guard now >= job.attemptEnd else { return }
            guard let pause = takeRetry(after: nil) else {
                // Late is better than never.
                job.attemptEnd = job.end
                return
            }
            job.upstream?.close()
            finishAttempt(as: .failure)
            goOn(after: pause)
        case .holding, .streaming, .pausing: break
        }
    }

    private func deadlinePassed(_ job: ProxyJob) {
        let isClientSlow = job.upstream?.isPaused ?? false
        job.upstream?.close()
        if job.pick != nil { finishAttempt(as: isClientSlow ? .ignored : .failure) }
        guard case .streaming = job.phase else { return fail(.deadlineExceeded, "deadline-exceeded") }
        over(status: job.status, error: isClientSlow ? "client-too-slow" : "deadline-exceeded")
        job.connection.abortShortcut()
    }

    /// Answers in the replica's place.
    func fail(_ failure: ProxyFailure, _ reason: String) {
        guard let job else { return }
        refuse(loop.configuration.fail(failure, job.ids.correlationID), reason)
    }

    func refuse(_ answer: EdgeConfiguration.Answer, _ reason: String) {
        guard let job else { return }
        var answer = answer
        answer.head.headerFields[.date] = HTTPDate.text(loop.configuration.wallClock())
        over(status: answer.head.status.code, error: reason)
        job.connection.answerShortcut(answer)
    }

    func over(status: Int, error: String? = nil) {
        guard let job else { return }
        let now = clock.now
        let outcome = ProxyOutcome(status: status, duration: job.start.duration(to: now), error: error)
        if let permit = job.permit {
            let duration = job.latency ?? outcome.duration
            job.target.breaker.finish(permit, as: verdict(status, error, job), after: duration, at: now)
        }
        giveBackPlace(as: load(status, error, outcome.duration, job), at: now)
        observe { $0.ended($1, with: outcome) }
        self.job = nil
        loop.remove(self)
    }

    /// Ends the request's part in the load: when the replica has answered, however long the client reads.
    func giveBackPlace(as outcome: AdaptiveConcurrencyLimit.Outcome?, at now: ContinuousClock.Instant) {
        guard let place = job?.place else { return }
        job?.place = nil
        loop.configuration.concurrency?.finish(place, as: outcome, at: now)
    }

    /// What the end of a request says about the service.
    private func verdict(_ status: Int, _ error: String?, _ job: ProxyJob) -> CircuitBreaker.Outcome {
        if status == 499 || error == "client-too-slow" { return .ignored }
        guard error == nil else { return .failure }
        return SharedCircuitBreaker.outcome(status: status, tellsRetryAfter: job.tellsRetryAfter)
    }

    /// What the end of a request says about how much there is to do; nothing if nobody worked on it.
    private func load(
        _ status: Int,
        _ error: String?,
        _ duration: Duration,
        _ job: ProxyJob
    ) -> AdaptiveConcurrencyLimit.Outcome? {
        if error == "deadline-exceeded" || status == 503 && job.tellsRetryAfter { return .dropped }
        return error == nil ? .answered(after: job.latency ?? duration) : nil
    }
}
