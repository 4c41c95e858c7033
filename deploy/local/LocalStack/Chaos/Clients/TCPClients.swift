import NIOCore
import NIOPosix

/// Clients of a TCP route that leads to a service which speaks HTTP.
package struct TCPClients: Sendable {
    /// How the clients behave.
    package enum Manner: CaseIterable, Sendable {
        /// They ask, and read the answer to its end.
        case normal
        /// They ask, and reset the connection at once.
        case reset
        /// They ask, say that nothing more comes, and wait for the end.
        case halfClosed
    }

    private static let request = "GET /v1/listings?limit=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    private static let limit = Duration.seconds(20)

    private let port: Int

    package init(port: Int) {
        self.port = port
    }

    /// Lets this many clients of each manner come at once, and waits for all of them.
    ///
    /// - Returns: How many of the normal ones got a whole answer, and how many clients saw no end in twenty seconds.
    package func run(_ count: Int) async -> (answered: Int, held: Int) {
        await withTaskGroup(of: (isAnswered: Bool, isHeld: Bool).self) { group in
            for number in 0..<count * Manner.allCases.count {
                let manner = Manner.allCases[number % Manner.allCases.count]
                group.addTask { await self.live(manner) }
            }
            return await group.reduce((0, 0)) { ($0.0 + ($1.isAnswered ? 1 : 0), $0.1 + ($1.isHeld ? 1 : 0)) }
        }
    }

    private func live(_ manner: Manner) async -> (isAnswered: Bool, isHeld: Bool) {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .connectTimeout(.seconds(5))
                .connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: port)) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true)
                        )
                    }
                }
            let timer = channel.channel.eventLoop.scheduleTask(in: TimeAmount(Self.limit)) {
                [channel = channel.channel] in
                channel.close(promise: nil)
            }
            defer { timer.cancel() }
            let start = ContinuousClock.now
            let text = try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: Self.request))
                if manner == .reset { return "" }
                if manner == .halfClosed { outbound.finish() }
                var answer = ByteBuffer()
                for try await var part in inbound { answer.writeBuffer(&part) }
                return String(buffer: answer)
            }
            let isHeld = ContinuousClock.now - start >= Self.limit
            return (manner == .normal && text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("}"), isHeld)
        } catch {
            // A connection that broke was neither answered nor held.
            return (false, false)
        }
    }
}
