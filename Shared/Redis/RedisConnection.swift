import NIOCore

/// One connection to a server; used on its event loop.
///
/// Commands are sent without waiting for the replies before.
final class RedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Completion = (Result<RedisReply, RedisError>) -> Void

    private struct Waiting {
        let end: NIODeadline
        let bytes: Int
        let completion: Completion
    }

    private let limits: RedisLimits
    private let reader = ReplyReader()
    private var context: ChannelHandlerContext?
    private var waiting = CircularBuffer<Waiting>()
    private var waitingBytes = 0
    /// When the clock is looked at next; nil for never.
    private var alarm: (time: NIODeadline, task: Scheduled<Void>)?
    private var isFlushPlanned = false
    /// Why it has ended; nil while it has not.
    private(set) var failure: RedisError?
    /// Called once, when the connection has ended.
    var onEnd: ((RedisError) -> Void)?

    init(limits: RedisLimits) {
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends a command; `completion` is called once, on the event loop, maybe at once.
    func send(_ command: RedisCommand, within limit: Duration, _ completion: @escaping Completion) {
        guard let context, failure == nil else { return completion(.failure(failure ?? Self.isOver)) }
        let bytes = command.bytes.readableBytes
        guard waiting.count < limits.maximumWaiting, waitingBytes + bytes <= limits.maximumWaitingBytes else {
            return completion(.failure(RedisError(.busy, "\(waiting.count) commands wait for replies")))
        }
        let end = context.eventLoop.now + TimeAmount(limit)
        waiting.append(Waiting(end: end, bytes: bytes, completion: completion))
        waitingBytes += bytes
        context.write(wrapOutboundOut(command.bytes), promise: nil)
        planFlush(context)
        if alarm.map({ end < $0.time }) ?? true { watch(until: end, context) }
    }

    /// Ends the connection; whoever waits is told why.
    func close(because error: RedisError) {
        guard failure == nil else { return }
        failure = error
        context?.close(promise: nil)
        let all = waiting
        waiting.removeAll()
        waitingBytes = 0
        for one in all { one.completion(.failure(error)) }
        let onEnd = onEnd
        self.onEnd = nil
        onEnd?(error)
    }

    private static let isOver = RedisError(.unavailable, "the connection has ended")

    /// What is sent in one turn of the loop goes out together.
    private func planFlush(_ context: ChannelHandlerContext) {
        guard !isFlushPlanned else { return }
        isFlushPlanned = true
        context.eventLoop.assumeIsolated().execute { [self] in
            isFlushPlanned = false
            self.context?.flush()
        }
    }

    /// Looks at the clock when the one that has waited for longest has waited for too long.
    ///
    /// Limits may differ: what is sent last may have to be answered first.
    private func watch(until end: NIODeadline, _ context: ChannelHandlerContext) {
        alarm?.task.cancel()
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: end) { [self] in
            alarm = nil
            guard let context = self.context, failure == nil, let next = waiting.lazy.map(\.end).min() else { return }
            if next <= context.eventLoop.now {
                return close(because: RedisError(.timedOut, "the server did not answer in time"))
            }
            watch(until: next, context)
        }
        alarm = (end, task)
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        do throws(RedisError) {
            try reader.feed(unwrapInboundIn(data))
            while failure == nil, let reply = try reader.next() {
                guard let one = waiting.popFirst() else {
                    throw RedisError(.unexpected, "there is a reply to no command")
                }
                waitingBytes -= one.bytes
                one.completion(.success(reply))
            }
        } catch {
            close(because: error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(because: RedisError(.broken, "\(error)"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(because: RedisError(.broken, "the server has closed the connection"))
    }
}
