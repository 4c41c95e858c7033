import NIOCore

/// The port that a listener was given, once it listens.
final class ListenerPort: Sendable {
    private let stream: AsyncStream<Int>
    private let continuation: AsyncStream<Int>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
    }

    func listen(on channel: any Channel) {
        continuation.yield(channel.localAddress?.port ?? 0)
    }

    /// Waits for the port; nil when the task is cancelled.
    ///
    /// For one waiter.
    func wait() async -> Int? {
        await stream.first { _ in true }
    }
}
