import HTTPEdge
import LoadBalancing
import NIOCore
import Resilience

/// Answers that others have asked for too.
extension ProxyExchange {
    /// How long clients are asked to stay away when too many wait for the same answer.
    private static let crowdPause = Duration.seconds(1)

    /// Answers from the cache, waits for another request's answer, or fetches one.
    func lookUp(in cache: ProxyCache) {
        guard let job else { return }
        let target = job.client.requestBytes.withUnsafeReadableBytes { bytes in
            String(decoding: bytes[job.client.requestHead.target], as: UTF8.self)
        }
        let key = ProxyCache.Key(
            service: job.target.pool.service,
            target: target,
            variant: job.target.variant?.text
        )
        job.cacheKeyBytes = key.bytes
        switch cache.responses.lookUp(key, at: job.start, makeWaiter: { makeWaiter(of: job) }) {
        case .serve(let response?, let age): serve(response, age: age, as: .hit)
        case .serveStale(let response?, let age): serve(response, age: age, as: .stale)
        case .serveStaleAndRevalidate(let response?, let age, let fill):
            revalidate(response, fill, job, key)
            serve(response, age: age, as: .stale)
        case .serve(nil, _), .serveStale(nil, _):
            job.cacheUse = .pass
            enter(at: job.start)
        case .serveStaleAndRevalidate(nil, _, let fill):
            job.fill = fill
            fetch(job, in: cache, key)
        case .lead(let fill, let stale):
            job.fill = fill
            job.stale = stale ?? nil
            if job.stale != nil { job.patience = loop.eventLoop.now + TimeAmount(ProxyConfiguration.stalePatience) }
            fetch(job, in: cache, key)
        case .follow(let follower): job.phase = .following(follower)
        case .refuse: fail(.shed(retryAfter: Self.crowdPause), "crowd")
        }
    }

    private func makeWaiter(of job: ProxyJob) -> ProxyCache.Responses.Waiter {
        let eventLoop = loop.eventLoop
        let bound = NIOLoopBound((exchange: self, job: job), eventLoop: eventLoop)
        return { arrival in
            eventLoop.execute { bound.value.exchange.arrived(arrival, for: bound.value.job) }
        }
    }

    /// What was waited for is there, or will not come.
    private func arrived(_ arrival: ProxyCache.Responses.Arrival, for job: ProxyJob) {
        guard self.job === job, case .following = job.phase else {
            // Its client went meanwhile; whoever else waits must not wait in vain.
            if case .lead(let fill) = arrival { complete(fill, of: job, with: .abandoned) }
            return
        }
        job.phase = .trying
        switch arrival {
        case .response(let response?): serve(response, age: .zero, as: .collapsed)
        case .stale(let response?, let age): serve(response, age: age, as: .staleIfError)
        case .response(nil), .stale(nil, _):
            job.cacheUse = .pass
            enter(at: clock.now)
        case .failed: fail(.unavailable(service: "\(job.target.pool.service)"), "no-answer")
        case .lead(let fill):
            job.fill = fill
            job.promotedAt = loop.eventLoop.now
            enter(at: clock.now)
        }
    }

    /// The client has waited long enough for a new answer; where the old one is not good any more, it waits on.
    func losePatience(_ job: ProxyJob) {
        job.patience = nil
        guard let fill = job.fill, let cache = job.target.cache else { return }
        guard cache.responses.hasSubstitute(for: fill, at: clock.now) else { return }
        deadlinePassed(job)
    }

    /// Whether somebody else is to fetch the answer: the time of the one who does was mostly spent on waiting.
    func mayPassOn(_ job: ProxyJob, at now: NIODeadline) -> Bool {
        guard job.fill != nil, let promotedAt = job.promotedAt else { return false }
        return now - promotedAt < TimeAmount(ProxyConfiguration.attemptLimit)
    }

    /// Fetches a new answer while the client has the old one.
    private func revalidate(
        _ response: CachedResponse,
        _ fill: ProxyCache.State.Fill,
        _ job: ProxyJob,
        _ key: ProxyCache.Key
    ) {
        let background = ProxyJob(
            to: job.target,
            from: AbsentClient(inPlaceOf: job.client),
            as: job.ids,
            at: job.start,
            until: job.end
        )
        background.fill = fill
        background.stale = response
        background.cacheKeyBytes = job.cacheKeyBytes
        let exchange = loop.makeExchange()
        exchange.take(background)
        if let cache = job.target.cache { exchange.fetch(background, in: cache, key) }
    }

    // MARK: Answers

    /// Answers with what is kept, or says that the client has it already.
    private func serve(_ response: CachedResponse, age: Duration, as use: ProxyCacheUse) {
        guard let job else { return }
        job.cacheUse = use
        let age = age + response.ageAtArrival
        let isKnown = response.entityTag.map { self.isKnown($0, job) } ?? false
        var answer = ByteBufferAllocator().buffer(capacity: response.bytes + 512)
        answer.writeStaticString(isKnown ? "HTTP/1.1 304 Not Modified\r\n" : "HTTP/1.1 200 OK\r\n")
        answer.writeImmutableBuffer(response.fields)
        writeOwnFields(job, date: response.date, to: &answer)
        writeCacheFields(use, age, job, to: &answer)
        endHead(&answer, length: isKnown ? nil : response.body.readableBytes, isLast: job.client.isLastAnswer)
        if !isKnown { answer.writeImmutableBuffer(response.body) }
        over(status: isKnown ? 304 : 200)
        job.client.finishShortcut(answer)
    }

    private func isKnown(_ tag: String, _ job: ProxyJob) -> Bool {
        let head = job.client.requestHead
        return job.client.requestBytes.withUnsafeReadableBytes { bytes in
            head.fields.contains { field in
                field.kind == .ifNoneMatch && EntityTags.names(String(decoding: bytes[field.value], as: UTF8.self), tag)
            }
        }
    }

    /// `Age` (RFC 9111 section 5.1) and `Cache-Status` (RFC 9211).
    private func writeCacheFields(_ use: ProxyCacheUse, _ age: Duration, _ job: ProxyJob, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("Age: ")
        buffer.writeDecimal(Int(age.components.seconds))
        buffer.writeStaticString("\r\nCache-Status: clowder; ")
        switch use {
        case .hit, .stale, .shared:
            buffer.writeStaticString("hit; ttl=")
            let fresh = job.target.cache?.lifetime.fresh ?? .zero
            buffer.writeString(String((fresh - age).components.seconds))
            if use == .shared { buffer.writeStaticString("; detail=shared") }
        case .staleIfError: buffer.writeStaticString("fwd=stale; detail=stale-if-error")
        case .miss: buffer.writeStaticString("fwd=uri-miss; stored")
        case .revalidated: buffer.writeStaticString("fwd=stale; fwd-status=304; stored")
        case .collapsed: buffer.writeStaticString("fwd=uri-miss; collapsed")
        case .pass: buffer.writeStaticString("fwd=uri-miss")
        }
        buffer.writeStaticString("\r\n")
    }

    // MARK: Fills

    /// Takes a whole answer into the cache; whether the client is answered by that.
    func completeFill(_ job: ProxyJob) -> Bool {
        guard let fill = job.fill, let cache = job.target.cache else { return false }
        if job.status >= 500 || job.status == 429 { return serveStale(job, because: nil) }
        if job.status == 304, let stale = job.stale, stale.entityTag != nil {
            // What the service says by now about keeping it; where that forbids it, those who wait have it all the same.
            let lifetime = job.storable.map { cache.lifetime(of: $0, inPlaceOf: stale.lifetime) } ?? .none
            keep(stale.lasting(lifetime), fill, job)
            serve(stale, age: .zero, as: .revalidated)
            return true
        }
        guard let head = job.storable, job.status == 200 else {
            passFill(job)
            return askAgain(job)
        }
        let response = CachedResponse(
            fields: ByteBuffer(bytes: head.fields.readableBytesView),
            date: loop.dateLine,
            body: ByteBuffer(bytes: job.held.readableBytesView),
            entityTag: head.entityTag,
            lifetime: cache.lifetime(of: head, inPlaceOf: cache.lifetime)
        )
        keep(response, fill, job)
        serve(response, age: .zero, as: .miss)
        return true
    }

    /// Takes an answer that another proxy has fetched.
    func take(_ response: CachedResponse, _ job: ProxyJob) {
        guard let fill = job.fill else { return }
        keep(response, fill, job)
        serve(response, age: .zero, as: .shared)
    }

    private func keep(_ response: CachedResponse, _ fill: ProxyCache.State.Fill, _ job: ProxyJob) {
        job.fill = nil
        let bytes = response.bytes + job.cacheKeyBytes
        complete(fill, of: job, with: .fetched(response, bytes: bytes, lifetime: response.lifetime))
        share(response, job)
    }

    /// Asks once more, in the client's own words, for an answer that depends on them; whether that is so.
    private func askAgain(_ job: ProxyJob) -> Bool {
        guard job.varies, !job.isBackground else { return false }
        job.varies = false
        job.latency = nil
        job.held = ByteBuffer()
        attempt(at: loop.eventLoop.now)
        return true
    }

    /// Lets everybody who waits ask for himself: the answer is not to be shared.
    func passFill(_ job: ProxyJob) {
        guard let fill = job.fill, let cache = job.target.cache else { return }
        job.fill = nil
        job.patience = nil
        job.cacheUse = .pass
        complete(fill, of: job, with: .fetched(nil, bytes: job.cacheKeyBytes, lifetime: cache.markLifetime))
    }

    /// Serves an old answer in the place of one that cannot be had; whether there is one.
    ///
    /// `reason` is why the service gave no answer; nil when it gave one that says so.
    func serveStale(_ job: ProxyJob, because reason: String?) -> Bool {
        guard let fill = job.fill else { return false }
        job.fill = nil
        guard let stale = complete(fill, of: job, with: .failed), let response = stale.value else { return false }
        // The service has failed all the same.
        release(job, status: reason == nil ? job.status : 503, error: reason)
        serve(response, age: stale.age, as: .staleIfError)
        return true
    }

    /// Lets another one who waits fetch the answer.
    func abandonFill(_ job: ProxyJob) {
        guard let fill = job.fill else { return }
        job.fill = nil
        complete(fill, of: job, with: .abandoned)
    }

    /// Ends the request's part in the cache.
    func leaveCache(_ job: ProxyJob, status: Int) {
        if case .following(let follower) = job.phase { job.target.cache?.responses.leave(follower) }
        guard let fill = job.fill else { return }
        job.fill = nil
        complete(fill, of: job, with: status == 499 ? .abandoned : .failed)
    }

    @discardableResult
    private func complete(
        _ fill: ProxyCache.State.Fill,
        of job: ProxyJob,
        with result: ProxyCache.State.FillResult
    ) -> (value: CachedResponse?, age: Duration)? {
        job.target.cache?.responses.complete(fill, with: result, at: clock.now)
    }
}
