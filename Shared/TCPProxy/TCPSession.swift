import Discovery
import LoadBalancing
import NIOCore
import NIOPosix

/// One client's connection and the one to a replica that it is passed on to, on one event loop.
///
/// An end that one side announces is announced to the other, which may go on sending. A side that breaks off takes the
/// other with it: nothing that was cut off may look complete.
final class TCPSession {
    private let eventLoop: any EventLoop
    private let route: TCPRoute
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let client: TCPPeer
    private let peer: String?
    private let onEnd: (TCPSession, TCPSessionReport) -> Void
    private var replica: TCPPeer?
    /// What the client said before there was a replica: a client that ends is read to its end, asked or not.
    private var early = ByteBuffer()
    private var pick: Pick?
    private var isReplicaBroken = false
    private var tried: Set<String> = []
    private var lastActivity: NIODeadline
    private var timers: [Scheduled<Void>] = []
    private(set) var isOver = false

    init(
        _ client: TCPPeer,
        from peer: String?,
        to route: TCPRoute,
        on eventLoop: any EventLoop,
        onEnd: @escaping (TCPSession, TCPSessionReport) -> Void
    ) {
        self.client = client
        self.peer = peer
        self.route = route
        self.eventLoop = eventLoop
        self.onEnd = onEnd
        start = clock.now
        lastActivity = eventLoop.now
    }

    func begin() {
        client.session = self
        let total = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(route.limits.totalTime)) {
            self.finish(as: .tooLong)
        }
        timers.append(total)
        connect()
    }

    func other(than one: TCPPeer) -> TCPPeer? {
        one === client ? replica : client
    }

    // MARK: Connecting

    private func connect() {
        guard !isOver else { return }
        guard tried.count < TCPLimits.attempts, let pick = route.pool.pick(excluding: tried) else {
            return finish(as: .unreachable)
        }
        guard tried.insert(pick.endpoint.id).inserted else {
            // The pool has no other.
            route.pool.finish(pick, as: .ignored)
            return finish(as: .unreachable)
        }
        let peer = TCPPeer()
        let bound = NIOLoopBound(peer, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(route.limits.connectTime))
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
        let begin = clock.now
        bootstrap.connect(host: pick.endpoint.host, port: pick.endpoint.port).assumeIsolated().whenComplete { result in
            let duration = begin.duration(to: self.clock.now)
            switch result {
            case .failure:
                self.route.pool.finish(pick, as: .failure, after: duration)
                self.connect()
            case .success:
                guard !self.isOver else {
                    self.route.pool.finish(pick, as: .ignored)
                    return peer.close(resetting: true)
                }
                self.pick = pick
                // That it can be reached is known by now; how long the connection lasts says nothing of the replica.
                self.route.pool.settle(pick, as: .success, after: duration)
                self.join(peer)
            }
        }
    }

    private func join(_ peer: TCPPeer) {
        replica = peer
        peer.session = self
        noteActivity()
        if early.readableBytes > 0 { peer.write(early) }
        early = ByteBuffer()
        if client.hasEnded { peer.endOutput() } else { peer.flush() }
        watchForIdleness(in: TimeAmount(route.limits.idleTime))
        peer.readOn()
        client.readOn()
    }

    // MARK: Passing on

    func noteActivity() { lastActivity = eventLoop.now }

    func pass(_ part: ByteBuffer, from one: TCPPeer) {
        noteActivity()
        guard let other = other(than: one) else {
            early.writeImmutableBuffer(part)
            return
        }
        other.write(part)
    }

    /// One side has said its last word; what it said may still be on its way to the other.
    func ended(_ one: TCPPeer) {
        noteActivity()
        other(than: one)?.endOutput()
    }

    /// One side's connection is closed: in order when both have said their last word, and all of it was taken.
    func closed(_ one: TCPPeer) {
        guard let other = other(than: one), one.hasEnded, other.hasEnded, one.hasSentAll else {
            return breakOff(one)
        }
        if !other.isOpen { finish(as: .complete) }
    }

    /// One side broke off.
    func breakOff(_ one: TCPPeer) {
        isReplicaBroken = one === replica
        finish(as: .reset)
    }

    private func watchForIdleness(in time: TimeAmount) {
        let timer = eventLoop.assumeIsolated().scheduleTask(in: time) {
            guard !self.isOver else { return }
            let rest = TimeAmount(self.route.limits.idleTime) - (self.eventLoop.now - self.lastActivity)
            if rest > .zero { self.watchForIdleness(in: rest) } else { self.finish(as: .idle) }
        }
        timers.append(timer)
        // The one for the whole time, and the latest.
        if timers.count > 2 { timers.remove(at: 1) }
    }

    // MARK: The end

    /// Frees both sides; does nothing the second time.
    func finish(as outcome: TCPSessionReport.Outcome) {
        guard !isOver else { return }
        isOver = true
        for timer in timers { timer.cancel() }
        let report = TCPSessionReport(
            outcome: outcome,
            replica: pick?.endpoint,
            peer: peer,
            received: client.bytes,
            sent: replica?.bytes ?? 0,
            duration: start.duration(to: clock.now)
        )
        if let pick { route.pool.finish(pick, as: isReplicaBroken ? .failure : .ignored) }
        for side in [client, replica].compactMap(\.self) {
            side.session = nil
            side.close(resetting: outcome != .complete)
        }
        onEnd(self, report)
    }
}
