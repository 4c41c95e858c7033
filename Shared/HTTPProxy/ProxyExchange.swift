import Discovery
public import HTTPEdge
import LoadBalancing
import NIOCore
import Resilience

/// One client connection's requests to replicas, one at a time: chosen, sent, tried again, passed back.
///
/// All of it happens on the event loop of the client's connection, with connections of that loop. An answer is held back
/// until it is whole, or ``ProxyConfiguration/heldBackBytes`` of it are there; until then a replica that fails is not
/// felt by the client. What is larger is passed on as it comes, and read no faster than the client takes it.
public final class ProxyExchange: EdgeShortcut {
    let loop: ProxyLoop
    let clock = ContinuousClock()
    var job: ProxyJob?
    private var claimed: ProxyTarget?

    init(loop: ProxyLoop) {
        self.loop = loop
    }

    // MARK: The client

    /// Claims requests that have a target, of clients that can be told the framing of any answer.
    public func claims(_ connection: EdgeConnectionHandler) -> Bool {
        guard !connection.requestHead.isHTTP10 else { return false }
        let head = connection.requestHead
        claimed = connection.withHeadBytes { loop.configuration.target(head, $0) }
        return claimed != nil
    }

    /// Sends the request to a replica.
    public func begin(_ connection: EdgeConnectionHandler) {
        guard let target = claimed else { preconditionFailure("a request was begun that nobody claimed") }
        claimed = nil
        let now = loop.eventLoop.now
        let start = clock.now
        let head = connection.requestHead
        let ids = connection.withHeadBytes { ProxyIDs(head, $0, random: &loop.random) }
        let end = now + TimeAmount(target.deadline)
        job = ProxyJob(to: target, from: connection, as: ids, at: start, until: end)
        loop.add(self)
        observe { $0.began($1) }
        switch loop.configuration.admit(connection.peerAddress) {
        case .admitted(let fields): job?.limitFields = fields
        case .refused(let answer): return refuse(answer(ids.correlationID), "rate-limited")
        }
        switch loop.configuration.concurrency?.admit(target.priority, at: start) {
        case nil: break
        case .admitted(let place): job?.place = place
        case .shed(let retryAfter): return fail(.shed(retryAfter: retryAfter), "shed")
        }
        guard case .admitted(let permit, _) = target.breaker.admit(at: start) else {
            return fail(.unavailable(service: "\(target.pool.service)"), "breaker-open")
        }
        job?.permit = permit
        target.budget.recordRequest(at: start)
        attempt(at: now)
    }

    /// Gives the request up at the replica too.
    public func cancel() {
        guard let job else { return }
        job.upstream?.close()
        if let pick = job.pick { job.target.pool.finish(pick, as: .ignored) }
        over(status: 499, error: "client-gone")
    }

    /// Reads from the replica as fast as the client takes it.
    public func writabilityChanged(to isWritable: Bool) {
        guard case .streaming = job?.phase else { return }
        if isWritable { job?.upstream?.resume() } else { job?.upstream?.pause() }
    }

    // MARK: Attempts

    func attempt(at now: NIODeadline) {
        guard let job else { return }
        guard let pick = job.target.pool.pick(excluding: job.tried) else {
            return fail(.unavailable(service: "\(job.target.pool.service)"), "no-replica")
        }
        let mayGoElsewhere =
            job.target.policy.allowsAttempt(after: job.attempt)
            && job.target.pool.count > job.tried.count + 1
        let limit = now + TimeAmount(ProxyConfiguration.attemptLimit)
        job.attemptEnd = mayGoElsewhere ? min(limit, job.end) : job.end
        job.attemptStart = clock.now
        job.pick = pick
        job.phase = .connecting
        if let connection = loop.connections.take(pick.endpoint.authority) {
            send(on: connection)
        } else {
            connect(pick)
        }
    }

    func connect(_ pick: Pick) {
        guard let job else { return }
        let attempt = job.attempt
        loop.connections.connect(to: pick.endpoint) { [self] result in
            // The request may be over, or somewhere else, by the time the connection is there.
            guard self.job === job, job.attempt == attempt, case .connecting = job.phase else {
                if case .success(let connection) = result { loop.connections.give(connection) }
                return
            }
            switch result {
            case .success(let connection) where connection.isUsable: send(on: connection)
            case .success: upstreamFailed("broken")
            case .failure: upstreamFailed("unreachable")
            }
        }
    }

    private func send(on connection: UpstreamConnection) {
        guard let job, let endpoint = job.pick?.endpoint else { return }
        let request = requestBytes(job, to: endpoint.authority)
        job.phase = .waiting
        job.upstream = connection
        connection.send(request, for: self)
    }

    /// The replica cannot be reached, broke off, or answers what is no HTTP.
    func upstreamFailed(_ reason: String) {
        guard let job else { return }
        let isStale = job.upstream.map { $0.isReused && !$0.hasHeard } ?? false
        job.upstream = nil
        switch job.phase {
        case .streaming:
            finishAttempt(as: .failure)
            over(status: job.status, error: "aborted")
            job.connection.abortShortcut()
        case .waiting where isStale:
            // The replica closed the connection while it was idle; that says nothing about the replica.
            job.phase = .connecting
            if let pick = job.pick { connect(pick) }
        case .waiting, .holding, .connecting: retry(after: nil, because: reason)
        case .pausing: break
        }
    }

    /// Tries again elsewhere, if policy, budget and deadline allow.
    func retry(after floor: Duration?, because reason: String) {
        guard let job else { return }
        finishAttempt(as: .failure)
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

    func finishAttempt(as outcome: EndpointPool.Outcome) {
        guard let job, let pick = job.pick else { return }
        job.target.pool.finish(pick, as: outcome, after: job.latency)
        if outcome == .failure { job.tried.insert(pick.endpoint.id) }
        job.pick = nil
        job.upstream = nil
        loop.configuration.observer.attempted(job.target, taking: job.attemptStart.duration(to: clock.now))
    }

    func observe(_ tell: (any ProxyObserver, ProxiedRequest) -> Void) {
        if let request = ProxiedRequest(job) { tell(loop.configuration.observer, request) }
    }
}
