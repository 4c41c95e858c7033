import CNATS
import Messaging
import NIOPosix

/// Gets the messages of a subscription, one at a time, on a thread of libnats.
protocol MessageReceiver: AnyObject, Sendable {
    /// Called with a message, valid during the call.
    func receive(_ message: OpaquePointer)
}

/// The messages of one subject, until it is released.
final class Subscription: Sendable {
    /// Unsafe to the compiler only: libnats' subscriptions have a lock of their own, and the pointer never changes.
    nonisolated(unsafe) private let pointer: OpaquePointer
    private let thread: NIOThreadPool
    /// The subject.
    let subject: String

    init(
        _ connection: OpaquePointer,
        _ subject: String,
        _ receiver: any MessageReceiver,
        _ thread: NIOThreadPool
    ) throws(MessagingError) {
        // Released when the last message has been handed over.
        let box = Unmanaged.passRetained(ReceiverBox(receiver))
        var subscription: OpaquePointer?
        let status = natsConnection_Subscribe(
            &subscription,
            connection,
            subject,
            { _, _, message, closure in
                guard let message, let closure else { return }
                Unmanaged<ReceiverBox>.fromOpaque(closure).takeUnretainedValue().receiver.receive(message)
                natsMsg_Destroy(message)
            },
            box.toOpaque()
        )
        guard status == NATS_OK, let subscription else {
            box.release()
            throw MessagingError(.unavailable, "NATS cannot be listened to: \(Opened.text(status))")
        }
        let isTold = natsSubscription_SetOnCompleteCB(
            subscription,
            { closure in closure.map { Unmanaged<ReceiverBox>.fromOpaque($0).release() } },
            box.toOpaque()
        )
        guard isTold == NATS_OK else {
            // It has closed meanwhile. The box is left: a last message may be on its way to it.
            natsSubscription_Destroy(subscription)
            throw MessagingError(.unavailable, "NATS cannot be listened to: \(Opened.text(isTold))")
        }
        self.thread = thread
        pointer = subscription
        self.subject = subject
    }

    deinit {
        // It waits for the connection's lock, which the library holds while it connects again.
        thread.submit { [ended = Ended(pointer: pointer)] _ in natsSubscription_Destroy(ended.pointer) }
    }

    private struct Ended: Sendable {
        /// Unsafe to the compiler only: nobody else has it any more.
        nonisolated(unsafe) let pointer: OpaquePointer
    }
}

private final class ReceiverBox {
    let receiver: any MessageReceiver

    init(_ receiver: any MessageReceiver) {
        self.receiver = receiver
    }
}

/// Hands answers to those who wait for them.
final class Replies: MessageReceiver {
    private let mailbox: Mailbox
    private let prefix: Int

    /// Creates a receiver; `prefix` is the length of what stands before the token in the subject.
    init(_ mailbox: Mailbox, prefix: Int) {
        self.mailbox = mailbox
        self.prefix = prefix
    }

    func receive(_ message: OpaquePointer) {
        guard let subject = natsMsg_GetSubject(message) else { return }
        guard let token = UInt64(String(cString: subject).utf8.dropFirst(prefix).string) else { return }
        guard !natsMsg_IsNoResponders(message) else {
            let reason = "NATS has no such stream, or JetStream is off or has no leader"
            let error = MessagingError(.unavailable, reason, cause: NoStream())
            return mailbox.answer(token, .failure(error))
        }
        let bytes = UnsafeRawBufferPointer(start: natsMsg_GetData(message), count: Int(natsMsg_GetDataLength(message)))
        mailbox.answer(token, .success(Array(bytes)))
    }
}

/// Hands pushed messages to a function.
final class Receiver: MessageReceiver {
    private let fields: [String]
    private let receive: @Sendable (Delivery) -> Void

    init(fields: [String], _ receive: @escaping @Sendable (Delivery) -> Void) {
        self.fields = fields
        self.receive = receive
    }

    func receive(_ message: OpaquePointer) {
        func field(_ name: String) -> String? {
            var value: UnsafePointer<CChar>?
            guard natsMsgHeader_Get(message, name, &value) == NATS_OK else { return nil }
            return value.map { String(cString: $0) }
        }
        var found: [String: String] = [:]
        for name in fields { found[name] = field(name) }
        let reply = natsMsg_GetReply(message).map { String(cString: $0) } ?? ""
        receive(Delivery(reply: reply, status: field("Status"), fields: found))
    }
}

extension Substring.UTF8View {
    fileprivate var string: String { String(Substring(self)) }
}
