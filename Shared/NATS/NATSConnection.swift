import CNATS
import Logging
import Messaging
import Metrics
import NIOPosix
import Synchronization

/// One connection to NATS that many tasks share.
///
/// libnats reads on threads of its own and connects again by itself; what may block in it is done on a thread of ours.
/// While there is no connection, requests are refused at once.
final class NATSConnection: Sendable {
    private struct State {
        var opened: Opened?
        var refusal: (error: MessagingError, end: ContinuousClock.Instant)?
    }

    private let settings: NATSSettings
    private let mailbox = Mailbox()
    private let thread: NIOThreadPool
    private let state = Mutex(State())

    /// Starts the thread; the connection is made when it is needed.
    init(_ settings: NATSSettings) {
        self.settings = settings
        thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
    }

    deinit {
        // Closing a connection waits for threads of the library.
        let opened = state.withLock { $0.opened.take() }
        thread.submit { _ in withExtendedLifetime(opened) {} }
        thread.shutdownGracefully { _ in }
    }

    /// How often a connection was made.
    var connections: Int { mailbox.connections }

    /// Sends a request and waits for its answer.
    ///
    /// - Parameters:
    ///   - subject: Where the request goes.
    ///   - fields: Header fields; values without line breaks.
    ///   - body: The contents.
    ///   - reserve: How many bytes longer it might be and still be taken.
    ///   - limit: How long to wait.
    /// - Returns: The answer's contents.
    /// - Throws: ``MessagingError`` with the code `unavailable`, also when the task is cancelled: whether the request was
    ///   carried out is unknown then.
    func request(
        _ subject: String,
        fields: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        reserve: Int = 0,
        within limit: Duration = NATSSettings.answerLimit
    ) async throws(MessagingError) -> [UInt8] {
        guard mailbox.line != .lost else { throw Self.lost }
        let token = mailbox.makeToken()
        async let _: Void = expire(token, after: limit)
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                mailbox.wait(for: token, continuation)
                onThread { [mailbox] opened throws(MessagingError) in
                    // What nobody waits for any more must not be done later.
                    guard mailbox.isAwaited(token) else { return }
                    let reply = opened.inbox + "\(token)"
                    try opened.publish(subject, reply: reply, fields: fields, body: body, reserve: reserve)
                } failure: { [mailbox] error in
                    mailbox.answer(token, .failure(error))
                }
            }
        } onCancel: {
            mailbox.answer(token, .failure(MessagingError(.unavailable, "the request to NATS was cancelled")))
        }
        return try answer.get()
    }

    /// Has `receive` called, on a thread of the library, with all that is sent to a new subject of this connection.
    ///
    /// - Returns: The subject, and what ends the calls when it is released.
    /// - Throws: ``MessagingError`` when there is no connection.
    func listen(
        for fields: [String],
        _ receive: @escaping @Sendable (Delivery) -> Void
    ) async throws(MessagingError) -> Subscription {
        let token = mailbox.makeToken()
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Subscription, MessagingError>, Never>) in
            onThread { opened throws(MessagingError) in
                let subject = opened.pushes + "\(token)"
                continuation.resume(
                    returning: .success(try opened.subscribe(to: subject, Receiver(fields: fields, receive)))
                )
            } failure: { error in
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Sends a message that nobody answers, from any thread; nothing when there is no connection.
    func send(to subject: String) {
        onThread { opened throws(MessagingError) in
            try opened.publish(subject, reply: nil, fields: [], body: [], reserve: 0)
        } failure: { _ in
        }
    }

    private static var lost: MessagingError {
        MessagingError(.unavailable, "there is no connection to NATS at the moment")
    }

    private func expire(_ token: UInt64, after limit: Duration) async {
        // Cancelled as soon as the answer is there.
        try? await Task.sleep(for: limit)
        mailbox.answer(
            token,
            .failure(
                MessagingError(
                    .unavailable,
                    "NATS did not answer within \(limit); may its user write to $JS.API and the stream?"
                )
            )
        )
    }

    /// Does something with the connection, on the thread; makes the connection before when there is none.
    private func onThread(
        _ body: @escaping @Sendable (Opened) throws(MessagingError) -> Void,
        failure: @escaping @Sendable (MessagingError) -> Void
    ) {
        thread.submit { [self] threadState in
            do throws(MessagingError) {
                guard threadState == .active else {
                    throw MessagingError(.unavailable, "the connection to NATS is closed")
                }
                try body(try open())
            } catch {
                failure(error)
            }
        }
    }

    /// The connection; on the thread only, so that one at a time is made.
    private func open() throws(MessagingError) -> Opened {
        let known = state.withLock { state -> Result<Opened, MessagingError>? in
            switch (state.opened, mailbox.line) {
            case (let opened?, .connected): return .success(opened)
            case (_?, .lost): return .failure(Self.lost)
            default: state.opened = nil
            }
            guard let refusal = state.refusal, ContinuousClock.now < refusal.end else { return nil }
            return .failure(refusal.error)
        }
        if let known { return try known.get() }
        do throws(MessagingError) {
            let opened = try Opened(settings, mailbox, releasing: thread)
            state.withLock { $0.opened = opened }
            return opened
        } catch {
            Counter(label: "clowder_queue_connect_failures_total").increment()
            state.withLock { $0.refusal = (error, .now + NATSSettings.refusalPause) }
            throw error
        }
    }
}
