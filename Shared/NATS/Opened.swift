import CNATS
import Logging
import Messaging
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// libnats' connection, from its opening to its end.
final class Opened: Sendable {
    /// Unsafe to the compiler only: libnats' connections have a lock of their own, and the pointer never changes.
    nonisolated(unsafe) private let pointer: OpaquePointer
    private let replies: Subscription
    private let thread: NIOThreadPool
    /// What the subjects of answers begin with.
    let inbox: String
    /// What the subjects of pushed messages begin with.
    let pushes: String

    /// Connects; blocks until a server has answered or all have been tried.
    ///
    /// - Parameters:
    ///   - settings: Where to connect to.
    ///   - mailbox: Who is told of answers and of the connection.
    ///   - thread: Where subscriptions are ended, which may block.
    /// - Throws: ``MessagingError`` when no server takes the connection.
    init(_ settings: NATSSettings, _ mailbox: Mailbox, releasing thread: NIOThreadPool) throws(MessagingError) {
        let connection = try Self.connect(settings, mailbox)
        var name: UnsafeMutablePointer<CChar>?
        natsInbox_Create(&name)
        let prefix = name.map { String(cString: $0) } ?? "_INBOX.clowder"
        natsInbox_Destroy(name)
        do throws(MessagingError) {
            inbox = prefix + ".r."
            pushes = prefix + ".p."
            replies = try Subscription(connection, inbox + "*", Replies(mailbox, prefix: inbox.utf8.count), thread)
        } catch {
            natsConnection_Destroy(connection)
            throw error
        }
        pointer = connection
        self.thread = thread
        mailbox.connected()
    }

    deinit {
        natsConnection_Destroy(pointer)
    }

    private static func connect(_ settings: NATSSettings, _ mailbox: Mailbox) throws(MessagingError) -> OpaquePointer {
        // Released when the connection has closed: that is the last call with it.
        let box = Unmanaged.passRetained(mailbox)
        do throws(MessagingError) {
            let options = try Options()
            try options.set(settings, box)
            var connection: OpaquePointer?
            let status = natsConnection_Connect(&connection, options.pointer)
            guard status == NATS_OK, let connection else {
                let servers = settings.address.servers.joined(separator: ", ")
                throw MessagingError(.unavailable, "NATS at \(servers) takes no connection: \(text(status))")
            }
            return connection
        } catch {
            box.release()
            throw error
        }
    }

    /// Puts a message into the connection's buffer; blocks for ``NATSSettings/writeLimit`` at most.
    func publish(
        _ subject: String,
        reply: String?,
        fields: [(name: String, value: String)],
        body: [UInt8],
        reserve: Int
    ) throws(MessagingError) {
        let limit = try limit(reserve: reserve)
        let length = fields.reduce(body.count + 12) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard length <= limit else {
            let refusal = Refusal("\(length) bytes are more than \(limit); raise max_payload at the server")
            throw MessagingError(.refused, "NATS takes no message of this length", cause: refusal)
        }
        var message: OpaquePointer?
        let made = body.withUnsafeBytes { bytes in
            natsMsg_Create(
                &message,
                subject,
                reply,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count)
            )
        }
        try Self.check(made)
        defer { natsMsg_Destroy(message) }
        for field in fields { try Self.check(natsMsgHeader_Set(message, field.name, field.value)) }
        try Self.check(natsConnection_PublishMsg(pointer, message))
    }

    /// How long a message may be that can grow by `reserve` bytes.
    ///
    /// - Throws: ``MessagingError`` with the code `unavailable` when there is no room for any: that is the server's fault,
    ///   not the message's.
    private func limit(reserve: Int) throws(MessagingError) -> Int {
        let maximum = Int(natsConnection_GetMaxPayload(pointer))
        guard maximum > reserve else {
            let refusal = Refusal("max_payload is \(maximum) bytes; raise it above \(reserve) at the server")
            throw MessagingError(.unavailable, "NATS takes no message of the queue at all", cause: refusal)
        }
        return maximum - reserve
    }

    /// Has a receiver called with what comes to a subject.
    func subscribe(to subject: String, _ receiver: any MessageReceiver) throws(MessagingError) -> Subscription {
        try Subscription(pointer, subject, receiver, thread)
    }

    static func check(_ status: natsStatus) throws(MessagingError) {
        guard status != NATS_OK else { return }
        throw MessagingError(.unavailable, "NATS cannot be asked: \(text(status))")
    }

    static func text(_ status: natsStatus) -> String {
        natsStatus_GetText(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
    }
}

/// libnats' options; the connection keeps a copy.
private struct Options: ~Copyable {
    let pointer: OpaquePointer

    init() throws(MessagingError) {
        var options: OpaquePointer?
        let status = natsOptions_Create(&options)
        guard let options else { throw MessagingError(.unavailable, "libnats: \(Opened.text(status))") }
        pointer = options
    }

    deinit {
        natsOptions_Destroy(pointer)
    }

    /// Fills in what a connection is to do; `mailbox` must live until the connection has closed.
    func set(_ settings: NATSSettings, _ mailbox: Unmanaged<Mailbox>) throws(MessagingError) {
        try setServers(settings)
        try setLimits()
        try setCallbacks(mailbox.toOpaque())
    }

    private func setServers(_ settings: NATSSettings) throws(MessagingError) {
        let address = settings.address
        let copies = address.servers.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var servers = copies.map { $0.map { UnsafePointer($0) } }
        try Opened.check(natsOptions_SetServers(pointer, &servers, Int32(servers.count)))
        try Opened.check(natsOptions_SetName(pointer, "clowder"))
        if let user = address.user {
            try Opened.check(natsOptions_SetUserInfo(pointer, user, settings.password()))
        }
        if address.usesTLS {
            try Opened.check(natsOptions_SetSecure(pointer, true))
            if let authorities = settings.authorities {
                try Opened.check(natsOptions_LoadCATrustedCertificates(pointer, authorities))
            }
        }
    }

    private func setLimits() throws(MessagingError) {
        func milliseconds(_ duration: Duration) -> Int64 { Int64(duration / .milliseconds(1)) }
        try Opened.check(natsOptions_SetTimeout(pointer, milliseconds(NATSSettings.connectLimit)))
        try Opened.check(natsOptions_SetWriteDeadline(pointer, milliseconds(NATSSettings.writeLimit)))
        try Opened.check(natsOptions_SetPingInterval(pointer, milliseconds(NATSSettings.pingInterval)))
        try Opened.check(natsOptions_SetMaxPingsOut(pointer, 2))
        try Opened.check(natsOptions_SetMaxReconnect(pointer, -1))
        try Opened.check(natsOptions_SetReconnectWait(pointer, milliseconds(NATSSettings.reconnectPause)))
        try Opened.check(natsOptions_SetReconnectJitter(pointer, 100, 100))
        // Nothing is kept for later while there is no connection: whoever asks is told.
        try Opened.check(natsOptions_SetReconnectBufSize(pointer, 0))
    }

    private func setCallbacks(_ closure: UnsafeMutableRawPointer) throws(MessagingError) {
        try Opened.check(
            natsOptions_SetDisconnectedCB(
                pointer,
                { _, closure in Mailbox.from(closure)?.disconnected() },
                closure
            )
        )
        try Opened.check(
            natsOptions_SetReconnectedCB(
                pointer,
                { _, closure in Mailbox.from(closure)?.connected() },
                closure
            )
        )
        try Opened.check(
            natsOptions_SetClosedCB(
                pointer,
                { _, closure in
                    Mailbox.from(closure)?.disconnected(isClosed: true)
                    closure.map { Unmanaged<Mailbox>.fromOpaque($0).release() }
                },
                closure
            )
        )
        // Without one the library writes to standard error.
        try Opened.check(
            natsOptions_SetErrorHandler(
                pointer,
                { connection, _, status, _ in
                    var text: UnsafePointer<CChar>?
                    natsConnection_GetLastError(connection, &text)
                    let reason = text.map { String(cString: $0) } ?? ""
                    Logger.current.warning(
                        "the NATS client reports an error",
                        metadata: ["error": "\(Opened.text(status)): \(reason)"]
                    )
                },
                nil
            )
        )
    }
}

extension Mailbox {
    fileprivate static func from(_ closure: UnsafeMutableRawPointer?) -> Mailbox? {
        closure.map { Unmanaged<Mailbox>.fromOpaque($0).takeUnretainedValue() }
    }
}
