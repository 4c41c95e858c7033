import NIOCore
import NIOPosix

/// The connection of one event loop, made anew when it is lost; used on that loop.
///
/// Nobody waits for a connection: while there is none, commands fail at once.
final class RedisLink {
    private enum State {
        case idle
        case connecting
        case connected(RedisConnection, since: NIODeadline)
        case pausing(RedisError)
        case closed
    }

    private let address: RedisAddress
    private let name: String
    private let limits: RedisLimits
    private let eventLoop: any EventLoop
    private var state = State.idle
    /// How many connections were lost before they were steady, or could not be made, one after the other.
    private var failures = 0
    private var generator = SystemRandomNumberGenerator()

    init(to address: RedisAddress, name: String, limits: RedisLimits, on eventLoop: any EventLoop) {
        self.address = address
        self.name = name
        self.limits = limits
        self.eventLoop = eventLoop
    }

    /// Connects, and keeps connecting until ``close()``.
    func start() {
        guard case .idle = state else { return }
        connect()
    }

    /// Ends the connection, and makes no other.
    func close() {
        let last = state
        state = .closed
        if case .connected(let connection, _) = last {
            connection.close(because: RedisError(.unavailable, "the client is closed"))
        }
    }

    /// Sends a command, or fails at once; `completion` is called on the loop, maybe before this returns.
    func send(_ command: RedisCommand, _ completion: @escaping RedisConnection.Completion) {
        switch state {
        case .connected(let connection, _): connection.send(command, within: limits.reply, completion)
        case .pausing(let error): completion(.failure(RedisError(.unavailable, error.description)))
        case .idle, .connecting: completion(.failure(RedisError(.unavailable, "there is no connection yet")))
        case .closed: completion(.failure(RedisError(.unavailable, "the client is closed")))
        }
    }

    // MARK: Connections

    private func connect() {
        state = .connecting
        let connection = RedisConnection(limits: limits)
        let bound = NIOLoopBound(connection, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(limits.connect))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(host: address.host, port: address.port)
            .assumeIsolated()
            .whenComplete { [self] result in
                switch result {
                case .success: introduce(connection)
                case .failure(let error): failed(RedisError(.unavailable, "\(error)"))
                }
            }
    }

    /// Says who asks for what; the connection is used when the server has agreed to all of it.
    private func introduce(_ connection: RedisConnection) {
        let end = RedisError(.unavailable, "the client is closed")
        guard case .connecting = state else { return connection.close(because: end) }
        // It may have ended before anybody could be told.
        if let error = connection.failure { return failed(error) }
        connection.onEnd = { [self] error in lost(connection, error) }
        let commands = introduction
        var agreed = 0
        for command in commands {
            connection.send(command, within: limits.connect) { [self] result in
                switch result {
                case .success(.error(let text)): connection.close(because: RedisError(.refused, text))
                case .success: agreed += 1
                // Its end is told to whoever asked to be told.
                case .failure: return
                }
                if agreed == commands.count { ready(connection) }
            }
        }
    }

    private var introduction: [RedisCommand] {
        var commands: [RedisCommand] = []
        if let password = address.password {
            commands.append(RedisCommand(["AUTH"] + [address.user, password].compactMap { $0 }))
        }
        if address.database != 0 { commands.append(RedisCommand(["SELECT", String(address.database)])) }
        commands.append(RedisCommand(["CLIENT", "SETNAME", name]))
        return commands
    }

    private func ready(_ connection: RedisConnection) {
        guard case .connecting = state else {
            return connection.close(because: RedisError(.unavailable, "the client is closed"))
        }
        state = .connected(connection, since: eventLoop.now)
    }

    private func lost(_ connection: RedisConnection, _ error: RedisError) {
        switch state {
        case .connected(let current, let since) where current === connection:
            if eventLoop.now - since >= TimeAmount(limits.pause.steady) { failures = 0 }
            failed(error)
        case .connecting: failed(error)
        default: break
        }
    }

    private func failed(_ error: RedisError) {
        if case .closed = state { return }
        failures += 1
        state = .pausing(error)
        let pause = limits.pause.duration(after: failures, using: &generator)
        eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(pause)) { [self] in
            if case .pausing = state { connect() }
        }
    }
}
