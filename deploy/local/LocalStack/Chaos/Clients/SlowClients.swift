import NIOCore

/// Clients that hold connections for as long as the gateway lets them.
package struct SlowClients: Sendable {
    /// What the clients are slow with.
    package enum Manner: CaseIterable, Sendable {
        /// They send one byte of a request's head a second.
        case head
        /// They send a head, and then one byte of the body a second.
        case body
        /// They ask for much, and read nothing of it.
        case reading
    }

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

    private static let head = "GET /v1/listings?q=slow HTTP/1.1\r\nHost: localhost\r\nX-Slow: yes\r\n\r\n"
    private static let post =
        "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n"
    private static let body = String(repeating: " ", count: 60)
    /// Requests for the longest answer that the gateway gives.
    private static let questions = String(
        repeating: "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
        count: 32
    )
    private static let arrivalInterval = Duration.milliseconds(3)
    private static let byteInterval = Duration.seconds(1)

    private let port: Int
    private let clock = ContinuousClock()

    package init(port: Int) {
        self.port = port
    }

    /// Connects this many clients, some 300 a second, and waits until each is closed.
    ///
    /// - Parameters:
    ///   - count: How many clients.
    ///   - manner: What they are slow with.
    ///   - limit: How long each goes on, at most 60 seconds, because a head ends.
    /// - Returns: How many lived how long.
    package func run(_ count: Int, manner: Manner = .head, limit: Duration) async -> Outcome {
        await withTaskGroup(of: End.self) { group in
            for _ in 0..<count {
                group.addTask { await self.live(manner, limit) }
                try? await clock.sleep(for: Self.arrivalInterval)  // Cancelled clients end at once.
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

    private func live(_ manner: Manner, _ limit: Duration) async -> End {
        // What went wrong does not matter: the clients that could not connect are counted.
        guard let channel = try? await LoopbackConnection.open(port: port, reads: manner != .reading) else {
            return .refused
        }
        let connected = clock.now
        let closing = channel.closeFuture.map { ContinuousClock().now }
        switch manner {
        case .head: await drip(Self.head, into: channel, until: connected + limit)
        case .body:
            await write(Self.post, to: channel)
            await drip(Self.body, into: channel, until: connected + limit)
        case .reading:
            await write(Self.questions, to: channel)
            while channel.isActive, clock.now < connected + limit, !Task.isCancelled {
                try? await clock.sleep(for: Self.byteInterval)  // The loop's condition sees cancellation.
            }
        }
        guard !channel.isActive else {
            try? await channel.close().get()  // The gateway may be closing it at this very moment.
            return .leftOpen
        }
        // The future of a closed channel cannot fail.
        guard let closed = try? await closing.get() else { return .leftOpen }
        return .closed(after: connected.duration(to: closed))
    }

    private func drip(_ text: String, into channel: any Channel, until end: ContinuousClock.Instant) async {
        for byte in text.utf8 {
            guard channel.isActive, clock.now < end, !Task.isCancelled else { return }
            await write(String(UnicodeScalar(byte)), to: channel)
            try? await clock.sleep(for: Self.byteInterval)  // As above: the next round sees cancellation.
        }
    }

    /// A write that fails is one to a connection that the gateway has closed, which whoever called sees next.
    private func write(_ text: String, to channel: any Channel) async {
        try? await channel.writeAndFlush(ByteBuffer(string: text)).get()  // As said above.
    }
}
