import NIOCore
import NIOPosix

/// Questions to servers that speak in lines of text.
enum LineConversation {
    /// Sends one line; what the server says until `word` occurs in it, until it hangs up, or until the time is over.
    static func ask(
        _ line: String,
        port: Int,
        until word: String,
        within limit: Duration = .seconds(2)
    ) async throws -> String {
        let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let channel = connection.channel
        let end = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { channel.close(promise: nil) }
        defer { end.cancel() }
        return try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: line + "\r\n"))
            var answer = ""
            for try await part in inbound {
                answer += String(buffer: part)
                if answer.contains(word) { break }
            }
            return answer
        }
    }
}
