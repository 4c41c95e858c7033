import Discovery
import NIOCore
import NIOPosix

/// The connections of one event loop to replicas: no lock, no hop to another thread.
final class UpstreamConnections {
    private let eventLoop: any EventLoop
    private var idle: [String: [UpstreamConnection]] = [:]

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Whether there is a connection that waits for a request.
    var hasIdle: Bool { idle.values.contains { !$0.isEmpty } }

    /// The connection that was used last, which is the least likely to be closed meanwhile.
    func take(_ authority: String) -> UpstreamConnection? {
        while let connection = idle[authority]?.popLast() {
            if connection.isUsable { return connection }
        }
        return nil
    }

    func give(_ connection: UpstreamConnection) {
        guard connection.isUsable else { return }
        connection.idleSince = eventLoop.now
        idle[connection.authority, default: []].append(connection)
    }

    func remove(_ connection: UpstreamConnection) {
        idle[connection.authority]?.removeAll { $0 === connection }
    }

    /// Ends connections that nobody has used for a while, and forgets replicas that have none.
    func expire(at now: NIODeadline) {
        let limit = TimeAmount(ProxyConfiguration.idleLimit)
        for (authority, connections) in idle {
            let (old, young) = connections.reduce(into: ([UpstreamConnection](), [UpstreamConnection]())) {
                parts,
                one in
                if now - one.idleSince >= limit { parts.0.append(one) } else { parts.1.append(one) }
            }
            idle[authority] = young.isEmpty ? nil : young
            for connection in old { connection.close() }
        }
    }

    /// Opens a connection; `completion` is called on the loop, later.
    func connect(to endpoint: Endpoint, _ completion: @escaping (Result<UpstreamConnection, any Error>) -> Void) {
        let connection = UpstreamConnection(authority: endpoint.authority, owner: self)
        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(ProxyConfiguration.connectLimit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
        let channel: EventLoopFuture<any Channel>
        do {
            channel = bootstrap.connect(to: try SocketAddress(ipAddress: endpoint.host, port: endpoint.port))
        } catch {
            // A name; the system's resolver is asked on a thread of its own.
            channel = bootstrap.connect(host: endpoint.host, port: endpoint.port)
        }
        channel.assumeIsolated().whenComplete { result in completion(result.map { _ in connection }) }
    }
}
