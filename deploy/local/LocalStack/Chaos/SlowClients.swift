import NIOCore

/// Clients that send one byte of a request's head a second, until the gateway has had enough of them.
package struct SlowClients: Sendable {
    /// What became of the clients.
    package struct Outcome: Sendable {
        /// How long those lived whom the gateway closed, the shortest life first.
        package let lives: [Duration]
        /// How many could not connect.
        package let refused: Int
        /// How many the gateway left open.
        package let leftOpen: Int
    }

    private enum End {
        case closed(after: Duration)
        case refused
        case leftOpen
    }

    private static let head = Array("GET /v1/listings?q=slow HTTP/1.1\r\nHost: localhost\r\nX-Slow: yes\r\n\r\n".utf8)

    private let port: Int
    private let clock = ContinuousClock()

    package init(port: Int) {
        self.port = port
    }

    /// Connects this many clients, a thousand a second, and waits until each is closed.
    ///
    /// - Parameters:
    ///   - count: How many clients.
    ///   - limit: How long each goes on, at most 60 seconds, because a head ends.
    /// - Returns: How many lived how long.
    package func run(_ count: Int, limit: Duration) async -> Outcome {
        await withTaskGroup(of: End.self) { group in
            for _ in 0..<count {
                group.addTask { await self.live(limit) }
                try? await clock.sleep(for: .milliseconds(1))  // Cancelled clients end at once.
            }
            var lives: [Duration] = []
            var refused = 0
            var leftOpen = 0
            for await end in group {
                switch end {
                case .closed(let life): lives.append(life)
                case .refused: refused += 1
                case .leftOpen: leftOpen += 1
                }
            }
            return Outcome(lives: lives.sorted(), refused: refused, leftOpen: leftOpen)
        }
    }

    private func live(_ limit: Duration) async -> End {
        // What went wrong does not matter: the clients that could not connect are counted.
        guard let channel = try? await LoopbackConnection.open(port: port) else { return .refused }
        let connected = clock.now
        let closing = channel.closeFuture.map { ContinuousClock().now }
        for byte in Self.head {
            guard channel.isActive, connected.duration(to: clock.now) < limit, !Task.isCancelled else { break }
            // A write that fails is one to a connection that the gateway has closed, which the next round sees.
            try? await channel.writeAndFlush(ByteBuffer(bytes: [byte])).get()
            try? await clock.sleep(for: .seconds(1))  // As above: the next round sees cancellation.
        }
        guard !channel.isActive else {
            try? await channel.close().get()  // The gateway may be closing it at this very moment.
            return .leftOpen
        }
        // The future of a closed channel cannot fail.
        guard let closed = try? await closing.get() else { return .leftOpen }
        return .closed(after: connected.duration(to: closed))
    }
}
