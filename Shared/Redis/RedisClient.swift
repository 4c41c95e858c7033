public import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// A client of one Redis server, with one connection for each event loop.
///
/// A command that is sent from an event loop of the group stays on it: nothing blocks, and nothing hops. Commands are
/// pipelined, each with a time limit. While the server is away commands fail at once, and connections are made anew in
/// the background.
///
/// What the server must let the user do: `AUTH`, `SELECT`, `CLIENT SETNAME`, and the commands that are sent.
public final class RedisClient: Service {
    private struct Place: Sendable {
        let eventLoop: any EventLoop
        let link: NIOLoopBoundBox<RedisLink>
    }

    /// How a command ends: with what the server says, refusals included, or without.
    public typealias Completion = @Sendable (Result<RedisReply, RedisError>) -> Void

    private let places: [ObjectIdentifier: Place]
    private let order: [Place]
    private let turn = Atomic(0)

    /// Creates a client, which connects when it is run.
    ///
    /// - Parameters:
    ///   - address: Where the server is.
    ///   - name: What the connections are called in the server's list of clients: no spaces.
    ///   - limits: How long the server may take, and how much may wait for it.
    ///   - group: The event loops.
    public init(
        to address: RedisAddress,
        name: String,
        limits: RedisLimits = RedisLimits(),
        on group: any EventLoopGroup
    ) {
        var order: [Place] = []
        for eventLoop in group.makeIterator() {
            let link = RedisLink(to: address, name: name, limits: limits, on: eventLoop)
            let box = NIOLoopBoundBox.makeBoxSendingValue(link, eventLoop: eventLoop)
            order.append(Place(eventLoop: eventLoop, link: box))
        }
        self.order = order
        places = Dictionary(uniqueKeysWithValues: order.map { (ObjectIdentifier($0.eventLoop), $0) })
    }

    /// Connects, and keeps connections until graceful shutdown or cancellation.
    public func run() async throws {
        onAll { $0.start() }
        // Cancellation is how it ends where there is no graceful shutdown.
        try? await gracefulShutdown()
        onAll { $0.close() }
    }

    private func onAll(_ work: @escaping @Sendable (RedisLink) -> Void) {
        for place in order { place.eventLoop.execute { work(place.link.value) } }
    }

    /// Sends a command.
    ///
    /// - Parameters:
    ///   - command: What is asked.
    ///   - completion: Called once: on the event loop that this was called on, if it is one of the group, and maybe
    ///     before this returns; else on any of them.
    public func send(_ command: RedisCommand, completion: @escaping Completion) {
        if let current = MultiThreadedEventLoopGroup.currentEventLoop, let place = places[ObjectIdentifier(current)] {
            return place.link.value.send(command, completion)
        }
        let next = turn.add(1, ordering: .relaxed).oldValue
        let place = order[Int(UInt(bitPattern: next) % UInt(order.count))]
        place.eventLoop.execute { place.link.value.send(command, completion) }
    }

    /// Sends a command and waits for the reply, for as long as the limits allow.
    ///
    /// - Throws: ``RedisError`` when there is none, or it is a refusal.
    public func send(_ command: RedisCommand) async throws(RedisError) -> RedisReply {
        // Not ended by cancellation: the limit is shorter than anybody would notice.
        let result = await withCheckedContinuation { continuation in
            send(command) { continuation.resume(returning: $0) }
        }
        let reply = try result.get()
        if case .error(let text) = reply { throw RedisError(.refused, text) }
        return reply
    }
}
