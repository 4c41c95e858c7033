import NIOCore
import Resilience

/// Answers that other proxies have fetched.
extension ProxyExchange {
    /// Brings the answer of a fill: from those that are shared, or from the service.
    func fetch(_ job: ProxyJob, in cache: ProxyCache, _ key: ProxyCache.Key) {
        guard let shared = cache.shared else { return enter(at: job.start) }
        job.phase = .asking
        job.sharedKey = key.text
        let eventLoop = loop.eventLoop
        let bound = NIOLoopBound((exchange: self, job: job), eventLoop: eventLoop)
        shared.store.find(key.text, in: shared.name) { lookup in
            if eventLoop.inEventLoop { return bound.value.exchange.found(lookup, for: bound.value.job) }
            eventLoop.execute { bound.value.exchange.found(lookup, for: bound.value.job) }
        }
    }

    /// Goes on with a request whose client has not gone meanwhile, and whose time is not over.
    private func found(_ lookup: ResponseStoreLookup, for job: ProxyJob) {
        guard self.job === job, case .asking = job.phase, let cache = job.target.cache else { return }
        job.phase = .trying
        switch lookup {
        case .found(let bytes, let age):
            guard let response = CachedResponse(encoded: bytes, age: age, into: cache),
                response.lifetime.fresh > .zero
            else { break }
            return take(response, job)
        case .missing(let epoch): job.epoch = epoch
        case .unavailable: break
        }
        enter(at: clock.now)
    }

    /// Shares an answer that was looked for before it was fetched.
    func share(_ response: CachedResponse, _ job: ProxyJob) {
        guard let shared = job.target.cache?.shared, let epoch = job.epoch, let key = job.sharedKey,
            response.lifetime.fresh > .zero
        else { return }
        let stored = StoredResponse(bytes: response.encoded, fresh: response.lifetime.fresh)
        shared.store.keep(stored, as: key, in: shared.name, from: epoch)
    }
}
