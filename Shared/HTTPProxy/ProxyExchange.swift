public import HTTPEdge
import LoadBalancing
import NIOCore
import Resilience

/// One client connection's requests to replicas, one at a time: chosen, sent, tried again, passed back.
///
/// All of it happens on the event loop of the client's connection, with connections of that loop. An answer is held back
/// until it is whole, or ``ProxyConfiguration/heldBackBytes`` of it are there; until then a replica that fails is not
/// felt by the client. What is larger is passed on as it comes, and read no faster than the client takes it.
///
/// Where a target has a cache, it is asked first, and an answer that may be kept is kept.
public final class ProxyExchange: EdgeShortcut {
    let loop: ProxyLoop
    let clock = ContinuousClock()
    var job: ProxyJob?
    private var claimed: ProxyTarget?

    init(loop: ProxyLoop) {
        self.loop = loop
    }

    /// Claims requests that have a target, of clients that can be told the framing of any answer.
    public func claims(_ connection: EdgeConnectionHandler) -> Bool {
        guard !connection.requestHead.isHTTP10 else { return false }
        let head = connection.requestHead
        let peer = connection.peerAddress
        claimed = connection.requestBytes.withUnsafeReadableBytes { loop.configuration.target(head, $0, peer) }
        return claimed != nil
    }

    /// Answers the request from the cache, or sends it to a replica.
    public func begin(_ connection: EdgeConnectionHandler) {
        guard let target = claimed else { preconditionFailure("a request was begun that nobody claimed") }
        claimed = nil
        let start = clock.now
        let head = connection.requestHead
        let sampling = loop.configuration.sampling
        let ids = connection.requestBytes.withUnsafeReadableBytes {
            ProxyIDs(head, $0, random: &loop.random, sampling: sampling)
        }
        let end = loop.eventLoop.now + TimeAmount(target.deadline)
        let job = ProxyJob(to: target, from: connection, as: ids, at: start, until: end)
        take(job)
        observe { $0.began($1) }
        decide(target.admit(connection.peerAddress), job)
    }

    private func decide(_ admission: ProxyAdmission, _ job: ProxyJob) {
        switch admission {
        case .admitted(let fields):
            job.limitFields = fields
            admitted(job)
        case .refused(let answer): refuse(answer(job.ids.correlationID), "rate-limited")
        case .pending(let ask):
            job.phase = .admitting
            let eventLoop = loop.eventLoop
            let bound = NIOLoopBound((exchange: self, job: job), eventLoop: eventLoop)
            ask { admission in
                if eventLoop.inEventLoop { return bound.value.exchange.decided(admission, bound.value.job) }
                eventLoop.execute { bound.value.exchange.decided(admission, bound.value.job) }
            }
        }
    }

    /// Goes on with a request whose client has not gone meanwhile, and whose deadline has not passed.
    private func decided(_ admission: ProxyAdmission, _ job: ProxyJob) {
        guard self.job === job, case .admitting = job.phase else { return }
        job.phase = .trying
        decide(admission, job)
    }

    private func admitted(_ job: ProxyJob) {
        let client = job.client
        if let cache = job.target.cache,
            client.requestBytes.withUnsafeReadableBytes({ ProxyCache.answers(client.requestHead, $0) })
        {
            lookUp(in: cache)
        } else {
            enter(at: job.start)
        }
    }

    func take(_ job: ProxyJob) {
        self.job = job
        loop.add(self)
    }

    /// Takes the request's places, and makes the first attempt.
    func enter(at start: ContinuousClock.Instant) {
        guard let job else { return }
        let target = job.target
        job.phase = .trying
        // What nobody waits for has to stand back.
        let priority = job.isBackground ? RequestPriority.import : target.priority
        switch target.concurrency?.admit(priority, at: start) {
        case nil: break
        case .admitted(let place): job.place = place
        case .shed(let retryAfter): return fail(.shed(retryAfter: retryAfter), "shed")
        }
        guard target.bulkhead?.enter() ?? true else {
            return refuse(.bulkheadFull, .busy(service: "\(target.pool.service)"))
        }
        job.isInBulkhead = true
        guard case .admitted(let permit, _) = target.breaker.admit(at: start) else {
            return refuse(.breakerOpen, .unavailable(service: "\(target.pool.service)"))
        }
        job.permit = permit
        target.budget.recordRequest(at: start)
        attempt(at: loop.eventLoop.now)
    }

    private func refuse(_ refusal: ProxyRefusal, _ failure: ProxyFailure) {
        if let target = job?.target { loop.configuration.observer.refused(target, refusal) }
        fail(failure, refusal.rawValue)
    }

    /// Gives the request up at the replica too.
    public func cancel() {
        guard let job else { return }
        abandonAttempts(job)
        over(status: 499, error: "client-gone")
    }

    /// Reads from the replica as fast as the client takes it.
    public func writabilityChanged(to isWritable: Bool) {
        guard case .streaming = job?.phase else { return }
        if isWritable { job?.current?.upstream?.resume() } else { job?.current?.upstream?.pause() }
    }

    func observe(_ tell: (any ProxyObserver, ProxiedRequest) -> Void) {
        if let request = ProxiedRequest(job) { tell(loop.configuration.observer, request) }
    }
}
