import HTTPEdge
import LoadBalancing
import NIOCore

/// One try of a request at one replica; used on one event loop.
final class ProxyAttempt {
    let pick: Pick
    let start: ContinuousClock.Instant
    /// When the replica is given up, if the request can be tried elsewhere.
    var end: NIODeadline
    /// The connection that the request was sent on; nil while there is none.
    var upstream: UpstreamConnection?
    private let exchange: ProxyExchange

    init(of exchange: ProxyExchange, at pick: Pick, from start: ContinuousClock.Instant, until end: NIODeadline) {
        self.exchange = exchange
        self.pick = pick
        self.start = start
        self.end = end
    }

    func received(_ head: ResponseHead, _ bytes: UnsafeRawBufferPointer) {
        exchange.received(head, bytes, from: self)
    }

    func received(_ part: ByteBuffer) { exchange.received(part) }

    func receivedEnd() { exchange.receivedEnd() }

    func failed(_ reason: String) { exchange.attemptFailed(self, reason) }
}
