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
        if let patience = job.patience, now >= patience { losePatience(job) }
        guard self.job === job, case .trying = job.phase else { return }
        for attempt in [job.hedge, job.current] {
            guard let attempt, now >= attempt.end, job.isUnderWay(attempt) else { continue }
            attemptTimedOut(attempt, job)
        }
    }

    private func attemptTimedOut(_ attempt: ProxyAttempt, _ job: ProxyJob) {
        if job.other(than: attempt) != nil {
            attempt.upstream?.close()
            return finish(attempt, as: .failure)
        }
        guard let pause = takeRetry(after: nil) else {
            // Late is better than never.
            attempt.end = job.end
            return
        }
        attempt.upstream?.close()
        finish(attempt, as: .failure)
        goOn(after: pause)
    }

    func deadlinePassed(_ job: ProxyJob) {
        if mayPassOn(job, at: loop.eventLoop.now) { return passOn(job) }
        let isClientSlow = job.current?.upstream?.isPaused ?? false
        while let attempt = job.current {
            attempt.upstream?.close()
            finish(attempt, as: isClientSlow ? .ignored : .failure)
        }
        guard case .streaming = job.phase else { return fail(.deadlineExceeded, "deadline-exceeded") }
        over(status: job.status, error: isClientSlow ? "client-too-slow" : "deadline-exceeded")
        job.client.abortShortcut()
    }

    /// Fails alone: whoever else waits fetches the answer in its place, and nothing is said of the replica.
    private func passOn(_ job: ProxyJob) {
        abandonAttempts(job)
        abandonFill(job)
        release(job, status: 499, error: "out-of-time")
        fail(.deadlineExceeded, "deadline-exceeded")
    }

    /// Answers in the replica's place: with an old answer that is still good for that, or with a failure.
    func fail(_ failure: ProxyFailure, _ reason: String) {
        guard let job else { return }
        if serveStale(job, because: reason) { return }
        refuse(loop.configuration.fail(failure, job.ids.correlationID), reason)
    }

    func refuse(_ answer: EdgeConfiguration.Answer, _ reason: String) {
        guard let job else { return }
        var answer = answer
        answer.head.headerFields[.date] = HTTPDate.text(loop.configuration.wallClock())
        if let variant = job.target.variant { answer.head.headerFields[.variant] = variant.text }
        over(status: answer.head.status.code, error: reason)
        job.client.answerShortcut(answer)
    }

    func over(status: Int, error: String? = nil) {
        guard let job else { return }
        leaveCache(job, status: status)
        var outcome = ProxyOutcome(status: status, duration: job.start.duration(to: clock.now), error: error)
        outcome.cache = job.cacheUse
        release(job, status: status, error: error)
        if !job.isBackground { observe { $0.ended($1, with: outcome) } }
        self.job = nil
        loop.remove(self)
    }

    /// Gives back what the request took, once.
    func release(_ job: ProxyJob, status: Int, error: String?) {
        let now = clock.now
        let duration = job.latency ?? job.start.duration(to: now)
        if let permit = job.permit {
            job.permit = nil
            job.target.breaker.finish(permit, as: verdict(status, error, job), after: duration, at: now)
        }
        leaveBulkhead(job)
        giveBackPlace(as: load(status, error, duration, job), at: now)
    }

    func leaveBulkhead(_ job: ProxyJob) {
        guard job.isInBulkhead else { return }
        job.isInBulkhead = false
        job.target.bulkhead?.leave()
    }

    /// Ends the request's part in the load: when the replica has answered, however long the client reads.
    func giveBackPlace(as outcome: AdaptiveConcurrencyLimit.Outcome?, at now: ContinuousClock.Instant) {
        guard let job, let place = job.place else { return }
        job.place = nil
        job.target.concurrency?.finish(place, as: outcome, at: now)
    }

    /// What the end of a request says about the service.
    private func verdict(_ status: Int, _ error: String?, _ job: ProxyJob) -> CircuitBreaker.Outcome {
        if status == 499 || error == "client-too-slow" { return .ignored }
        guard error == nil else { return .failure }
        return SharedCircuitBreaker.outcome(
            status: status,
            tellsRetryAfter: job.tellsRetryAfter,
            isOverloaded: job.isOverloaded
        )
    }

    /// What the end of a request says about how much there is to do; nothing if nobody worked on it.
    private func load(
        _ status: Int,
        _ error: String?,
        _ duration: Duration,
        _ job: ProxyJob
    ) -> AdaptiveConcurrencyLimit.Outcome? {
        if error == "deadline-exceeded" || status == 503 && job.tellsRetryAfter { return .dropped }
        return error == nil ? .answered(after: duration) : nil
    }
}
