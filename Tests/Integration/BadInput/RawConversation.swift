import LocalStack
import NIOCore
import NIOPosix

/// Bytes to the gateway, and whatever it answers until it ends the connection.
enum RawConversation {
    /// Sends all of it at once, and waits for the end.
    static func send(_ bytes: String, to stack: LocalStack) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: stack.configuration.gatewayPort) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: bytes))
            var answer = ByteBuffer()
            for try await var part in inbound { answer.writeBuffer(&part) }
            return String(buffer: answer)
        }
    }
}
