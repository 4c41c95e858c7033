import Discovery
public import LoadBalancing
import NIOCore
import NIOPosix
import Synchronization

/// Where the connections of one listener go.
public struct TCPRoute: Sendable {
    /// The replicas; each connection is one call to the pool, from its beginning to its end.
    public let pool: EndpointPool
    /// How long connections may take.
    public let limits: TCPLimits

    /// Creates a route.
    public init(pool: EndpointPool, limits: TCPLimits = TCPLimits()) {
        self.pool = pool
        self.limits = limits
    }
}

/// Passes TCP connections on to the replicas of a service, byte for byte, whatever they speak.
///
/// A client is connected to a replica that the pool picks, or to another one when that cannot be reached. An end that
/// one side announces reaches the other, which may go on sending (RFC 9293 section 3.6); a reset ends both sides with a
/// reset. Neither side is read faster than the other takes it.
public final class TCPProxy: Sendable {
    private struct State {
        var sessions: [ObjectIdentifier: NIOLoopBound<TCPSession>] = [:]
        var isStopped = false
    }

    private let route: TCPRoute
    private let onEnd: @Sendable (TCPSessionReport) -> Void
    private let state = Mutex(State())

    /// Creates a proxy that does not listen yet.
    ///
    /// - Parameters:
    ///   - route: Where connections go.
    ///   - onEnd: Told of every connection when it is over; called on event loops.
    public init(_ route: TCPRoute, onEnd: @escaping @Sendable (TCPSessionReport) -> Void = { _ in }) {
        self.route = route
        self.onEnd = onEnd
    }

    /// How many connections are passed on at the moment.
    public var sessionCount: Int { state.withLock { $0.sessions.count } }

    /// Listens until the task is cancelled; then the connections that are left are reset.
    ///
    /// - Parameters:
    ///   - host: The address to listen on.
    ///   - port: The port; 0 finds a free one.
    ///   - onListening: Told the port once connections are taken.
    /// - Throws: When the address cannot be listened on.
    public func run(host: String, port: Int, onListening: @Sendable (Int) -> Void) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.begin(channel) }
            }
            .bind(host: host, port: port).get()
        onListening(channel.localAddress?.port ?? port)
        await withTaskCancellationHandler {
            // The future of a closed channel cannot fail.
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        stop()
    }

    private func begin(_ channel: any Channel) throws {
        let peer = TCPPeer()
        let (address, eventLoop) = (channel.remoteAddress?.ipAddress, channel.eventLoop)
        // Before it is active, a connection cannot be read.
        peer.onActive = { [weak peer] in
            guard let peer else { return }
            let session = TCPSession(peer, from: address, to: self.route, on: eventLoop) { session, report in
                self.end(session, report)
            }
            let refusal = self.state.withLock { state -> TCPSessionReport.Outcome? in
                if state.isStopped { return .stopped }
                if state.sessions.count >= self.route.limits.maximumConnections { return .turnedAway }
                state.sessions[ObjectIdentifier(session)] = NIOLoopBound(session, eventLoop: eventLoop)
                return nil
            }
            if let refusal { session.finish(as: refusal) } else { session.begin() }
        }
        try channel.pipeline.syncOperations.addHandler(peer)
    }

    private func end(_ session: TCPSession, _ report: TCPSessionReport) {
        state.withLock { _ = $0.sessions.removeValue(forKey: ObjectIdentifier(session)) }
        onEnd(report)
    }

    private func stop() {
        let sessions = state.withLock { state in
            state.isStopped = true
            return Array(state.sessions.values)
        }
        for session in sessions {
            session.eventLoop.execute { session.value.finish(as: .stopped) }
        }
    }
}
