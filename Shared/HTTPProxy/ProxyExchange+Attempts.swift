import Discovery
import HTTPEdge
import LoadBalancing
import NIOCore
import Resilience

/// Attempts, one after the other, and at times two side by side.
extension ProxyExchange {
    func attempt(at now: NIODeadline) {
        guard let job else { return }
        guard let pick = job.target.pool.pick(excluding: job.tried) else {
            return fail(.unavailable(service: "\(job.target.pool.service)"), "no-replica")
        }
        let mayGoElsewhere =
            job.target.policy.allowsAttempt(after: job.attempt)
            && job.target.pool.count > job.tried.count + 1
        let limit = mayGoElsewhere ? min(now + TimeAmount(ProxyConfiguration.attemptLimit), job.end) : job.end
        let attempt = ProxyAttempt(of: self, at: pick, from: clock.now, until: limit)
        job.phase = .trying
        job.current = attempt
        start(attempt)
        if let hedges = job.target.hedges { planHedge(hedges, beside: attempt, after: .zero) }
    }

    private func start(_ attempt: ProxyAttempt) {
        if let connection = loop.connections.take(attempt.pick.endpoint.authority) {
            send(attempt, on: connection)
        } else {
            connect(attempt)
        }
    }

    private func connect(_ attempt: ProxyAttempt) {
        guard let job else { return }
        loop.connections.connect(to: attempt.pick.endpoint) { [self] result in
            // The request may be over, or somewhere else, by the time the connection is there.
            guard self.job === job, job.isUnderWay(attempt) else {
                if case .success(let connection) = result { loop.connections.give(connection) }
                return
            }
            switch result {
            case .success(let connection) where connection.isUsable: send(attempt, on: connection)
            case .success: attemptFailed(attempt, "broken")
            case .failure: attemptFailed(attempt, "unreachable")
            }
        }
    }

    private func send(_ attempt: ProxyAttempt, on connection: UpstreamConnection) {
        guard let job else { return }
        attempt.upstream = connection
        connection.send(requestBytes(job, to: attempt.pick.endpoint.authority), for: attempt)
    }

    /// The replica cannot be reached, broke off, or answers what is no HTTP.
    func attemptFailed(_ attempt: ProxyAttempt, _ reason: String) {
        guard let job, job.isUnderWay(attempt) else { return }
        let isStale = attempt.upstream.map { $0.isReused && !$0.hasHeard } ?? false
        attempt.upstream = nil
        switch job.phase {
        case .streaming:
            finish(attempt, as: .failure)
            over(status: job.status, error: "aborted")
            job.client.abortShortcut()
        case .trying where isStale:
            // The replica closed the connection while it was idle; that says nothing about the replica.
            connect(attempt)
        case .trying, .holding: lose(attempt, because: reason)
        case .admitting, .asking, .following, .pausing: break
        }
    }

    /// An attempt came to nothing: the other one goes on, or the request is tried again, or fails.
    func lose(
        _ attempt: ProxyAttempt,
        as outcome: EndpointPool.Outcome = .failure,
        after floor: Duration? = nil,
        because reason: String
    ) {
        guard let job else { return }
        finish(attempt, as: outcome)
        guard job.current == nil else { return }
        guard let pause = takeRetry(after: floor) else {
            return fail(.unavailable(service: "\(job.target.pool.service)"), reason)
        }
        goOn(after: pause)
    }

    /// The pause before another attempt, which is then taken out of the budget; nil when there may be none.
    func takeRetry(after floor: Duration?) -> Duration? {
        guard let job, job.target.policy.allowsAttempt(after: job.attempt) else { return nil }
        var generator = SystemRandomNumberGenerator()
        let jittered = job.target.policy.pause(beforeRetry: job.attempt - 1, using: &generator)
        let pause = max(jittered, floor ?? .zero)
        let isInTime = loop.eventLoop.now + TimeAmount(pause) < job.end
        return isInTime && job.target.budget.takeRetry(at: clock.now) ? pause : nil
    }

    func goOn(after pause: Duration) {
        guard let job else { return }
        job.attempt += 1
        job.latency = nil
        job.phase = .pausing
        job.held = ByteBuffer()
        observe { $0.retries($1, attempt: job.attempt) }
        loop.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) { [self] in
            guard self.job === job, case .pausing = job.phase else { return }
            attempt(at: loop.eventLoop.now)
        }
    }

    /// Takes an attempt off the request; what remains is the current one.
    func finish(_ attempt: ProxyAttempt, as outcome: EndpointPool.Outcome) {
        guard let job, job.isUnderWay(attempt) else { return }
        job.target.pool.finish(attempt.pick, as: outcome, after: job.latency)
        if outcome.isFailure { job.tried.insert(attempt.pick.endpoint.id) }
        job.current = job.other(than: attempt)
        job.hedge = nil
        attempt.upstream = nil
        loop.configuration.observer.attempted(job.target, taking: attempt.start.duration(to: clock.now))
    }

    /// Gives up whatever is under way, which says nothing about the replicas.
    func abandonAttempts(_ job: ProxyJob) {
        while let attempt = job.current {
            attempt.upstream?.close()
            finish(attempt, as: .ignored)
        }
    }

    // MARK: Hedges

    /// Looks at the request again when it has taken longer than most do.
    private func planHedge(_ hedges: SharedHedge, beside attempt: ProxyAttempt, after elapsed: Duration) {
        guard let job, !job.hasHedged, job.target.pool.count > job.tried.count + 1 else { return }
        switch hedges.decide(after: elapsed, at: clock.now) {
        case .never: break
        case .wait(let pause):
            loop.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) { [self] in
                guard self.job === job, job.current === attempt, case .trying = job.phase else { return }
                planHedge(hedges, beside: attempt, after: attempt.start.duration(to: clock.now))
            }
        case .hedge: hedge(job, beside: attempt)
        }
    }

    private func hedge(_ job: ProxyJob, beside attempt: ProxyAttempt) {
        job.hasHedged = true
        let taken = job.tried.union([attempt.pick.endpoint.id])
        guard let pick = job.target.pool.pick(excluding: taken) else { return }
        // There may be no other one in use.
        guard !taken.contains(pick.endpoint.id) else { return job.target.pool.finish(pick, as: .ignored) }
        let mayGoElsewhere =
            job.target.policy.allowsAttempt(after: job.attempt) && job.target.pool.count > taken.count + 1
        let limit = loop.eventLoop.now + TimeAmount(ProxyConfiguration.attemptLimit)
        let end = mayGoElsewhere ? min(limit, job.end) : job.end
        let hedge = ProxyAttempt(of: self, at: pick, from: clock.now, until: end)
        job.hedge = hedge
        observe { $0.hedges($1, .sent) }
        start(hedge)
    }

    /// The first answer counts: the other attempt is given up.
    func win(_ attempt: ProxyAttempt, _ job: ProxyJob) {
        let now = clock.now
        let latency = attempt.start.duration(to: now)
        if let loser = job.other(than: attempt) {
            if attempt === job.hedge { observe { $0.hedges($1, .won) } }
            loser.upstream?.close()
            // It takes at least as long as it was waited for; a test that was not passed in time is not passed.
            job.latency = loser.start.duration(to: now)
            finish(loser, as: loser.pick.isProbe ? .failure : .ignored)
        }
        job.latency = latency
        job.target.hedges?.record(latency, at: now)
    }
}
