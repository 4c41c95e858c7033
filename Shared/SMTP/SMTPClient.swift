import CCurl
package import NIOPosix
import Synchronization

/// Hands mails to an SMTP server (RFC 5321), encrypted unless its URL says that nothing is to be.
///
/// Each mail is a conversation of its own, on a thread of its own: libcurl blocks, and the cooperative pool must not.
public struct SMTPClient: Sendable {
    /// How long it may take to reach the server.
    public static let connectLimit = Duration.seconds(5)
    /// How long a whole conversation may take, its end included.
    public static let limit = Duration.seconds(30)
    /// How many conversations the process has at a time; more of them wait.
    public static let maximumConversations = 16

    private let server: SMTPServer
    private let password: String?
    private let authorities: String?
    private let threads: NIOThreadPool

    /// Creates a client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - server: The server, with the user where it wants one.
    ///   - password: The user's password; a user without one, or a password without a user, is not told to the server.
    ///   - authorities: A PEM file with the certificates that the server's may be signed by; nil for the system's.
    public init(_ server: SMTPServer, password: String? = nil, authorities: String? = nil) {
        self.init(server, password: password, authorities: authorities, threads: Self.threads)
    }

    /// Creates a client that has its conversations on these threads, which the caller has started.
    package init(_ server: SMTPServer, password: String?, authorities: String?, threads: NIOThreadPool) {
        self.threads = threads
        self.server = server
        self.password = password
        self.authorities = authorities
    }

    /// Checks what can be known without a server: whether a message and its recipient are fit to be sent.
    ///
    /// - Throws: ``SMTPError``, permanent, when no server may be told of them.
    public static func validate(_ message: String, to recipient: String) throws(SMTPError) {
        _ = try MessageText.check(message)
        try Envelope.check(recipient)
    }

    /// Hands a message over; it is the server's from the return on.
    ///
    /// Cancellation ends the conversation. The server may then have taken the message or not, as after any failure in
    /// the last moment: a message that is sent again should carry the same `Message-ID`.
    /// - Parameters:
    ///   - message: Header and body, lines ended by CR LF and at most 998 bytes long.
    ///   - sender: The address that failures are told to.
    ///   - recipient: The address it goes to.
    /// - Throws: ``SMTPError`` when the server did not take it.
    public func send(_ message: String, from sender: String, to recipient: String) async throws(SMTPError) {
        let bytes = try MessageText.check(message)
        try await converse(try Envelope(sender: sender, recipient: recipient), bytes)
    }

    /// Asks whether the server would take mails: greeting, encryption and log-in, and no mail.
    ///
    /// - Throws: ``SMTPError`` when it would not.
    public func check() async throws(SMTPError) {
        try await converse(nil, [])
    }

    // MARK: The conversation

    private func converse(_ envelope: Envelope?, _ message: [UInt8]) async throws(SMTPError) {
        guard Self.isStarted, let stop = ConversationStop() else {
            throw SMTPError(.transient, "libcurl cannot be used")
        }
        let conversation = Conversation(
            url: "\(server.url)/\(Self.ownName(envelope))",
            username: server.username,
            password: password,
            authorities: authorities,
            isPlaintext: server.encryption == .unencrypted,
            envelope: envelope,
            message: message
        )
        let outcome: Conversation.Outcome
        do {
            outcome = try await withTaskCancellationHandler {
                try await threads.runIfActive { conversation.run(until: stop) }
            } onCancel: {
                stop.set()
            }
        } catch is CancellationError {
            throw SMTPError(.transient, "nobody waited for a conversation with \(server.host) any more")
        } catch {
            throw SMTPError(.transient, "no thread is left to talk to \(server.host): \(error)")
        }
        if let failure = outcome.failure(server) { throw failure }
    }

    /// What the client calls itself: the domain that its mails come from.
    private static func ownName(_ envelope: Envelope?) -> String {
        let domain = envelope?.sender.split(separator: "@").last.map(String.init) ?? "localhost"
        let isName = domain.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D || $0 == 0x2E
        }
        return isName ? domain : "localhost"
    }

    private static let isStarted = ccurl_start() == 0

    /// For the life of the process.
    private static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: maximumConversations)
        threads.start()
        return threads
    }()
}
