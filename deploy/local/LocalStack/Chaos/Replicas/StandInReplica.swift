import Discovery
import FoundationEssentials
import NIOCore
import NIOPosix
import Synchronization

/// A replica of `search` that is as slow, as busy or as unwilling as a fault wants it.
///
/// It reads requests without a body and gives each the same answer. It works on a few requests at a time and lets the
/// others wait in line, however long the line gets, so that how much it can do is known exactly.
package final class StandInReplica: Sendable {
    /// How requests are answered.
    package struct Behaviour: Hashable, Sendable {
        /// Requests that are worked on at a time.
        package var places: Int
        /// How long each takes.
        package var time: Duration
        /// How many of a hundred are refused at once with 503.
        package var refusedPercent: Int

        package init(places: Int = 64, time: Duration, refusedPercent: Int = 0) {
            self.places = places
            self.time = time
            self.refusedPercent = refusedPercent
        }
    }

    private struct State {
        var behaviour: Behaviour
        var calls = 0
        var busy = 0
        var line: [any Channel] = []
    }

    private enum Decision {
        case refuse
        case begin(Duration)
        case wait
    }

    private static let found = answer("200 OK", "application/json", #"{"items":[],"total":1,"facets":{}}"#)
    private static let refusal = answer(
        "503 Service Unavailable",
        "application/problem+json",
        #"{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"I refuse."}"#
    )

    private let id: String
    private let state: Mutex<State>
    /// Its own, so that load in the same process takes no time from it.
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    package init(id: String, _ behaviour: Behaviour) {
        self.id = id
        state = Mutex(State(behaviour: behaviour))
    }

    /// How requests are answered from now on.
    package func behave(_ behaviour: Behaviour) {
        state.withLock { $0.behaviour = behaviour }
    }

    /// Requests that have come.
    package var calls: Int { state.withLock { $0.calls } }

    /// Listens on a free loopback port.
    func start() async throws -> Endpoint {
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HeadReader(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw StackFailure("the stand-in \(id) has no port") }
        return Endpoint(id: id, host: "127.0.0.1", port: port)
    }

    /// Closes the listener and all connections.
    package func stop() async throws {
        try await group.shutdownGracefully()
    }

    fileprivate func receive(on channel: any Channel) {
        let decision = state.withLock { state -> Decision in
            state.calls += 1
            let percent = state.behaviour.refusedPercent
            // Evenly, not at random: the same load meets the same refusals.
            if state.calls * percent / 100 > (state.calls - 1) * percent / 100 { return .refuse }
            guard state.busy < state.behaviour.places else {
                state.line.append(channel)
                return .wait
            }
            state.busy += 1
            return .begin(state.behaviour.time)
        }
        switch decision {
        case .refuse: channel.writeAndFlush(Self.refusal, promise: nil)
        case .begin(let time): work(on: channel, for: time)
        case .wait: break
        }
    }

    private func work(on channel: any Channel, for time: Duration) {
        channel.eventLoop.scheduleTask(in: TimeAmount(time)) {
            channel.writeAndFlush(Self.found, promise: nil)
            let next = self.state.withLock { state -> (any Channel, Duration)? in
                while let waiting = state.line.first {
                    state.line.removeFirst()
                    // Whoever has left is not worked for.
                    if waiting.isActive { return (waiting, state.behaviour.time) }
                }
                state.busy -= 1
                return nil
            }
            if let (waiting, time) = next { self.work(on: waiting, for: time) }
        }
    }

    private static func answer(_ status: String, _ type: String, _ body: String) -> ByteBuffer {
        ByteBuffer(
            string: "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }
}

extension LocalStack {
    /// Longer than any fault, as nobody renews the lease.
    private static let standInLease = Duration.seconds(3600)

    /// Starts a stand-in, and lets the stack's services find it.
    package func register(_ replica: StandInReplica, as service: StaticString = "search") async throws {
        let registry = LeaseDirectoryRegistry(
            directory: layout.registry,
            leaseDuration: Self.standInLease,
            now: { Date() }
        )
        try await registry.register(try await replica.start(), as: ServiceName(known: service))
    }
}

/// Finds the ends of heads.
private final class HeadReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private static let end = Array("\r\n\r\n".utf8)

    private let replica: StandInReplica
    private var matched = 0

    init(_ replica: StandInReplica) { self.replica = replica }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        for byte in unwrapInboundIn(data).readableBytesView {
            matched = byte == Self.end[matched] ? matched + 1 : byte == Self.end[0] ? 1 : 0
            guard matched == Self.end.count else { continue }
            matched = 0
            replica.receive(on: context.channel)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
