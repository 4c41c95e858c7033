import CCurl

/// Ends a conversation from outside of its thread.
final class ConversationStop: Sendable {
    /// Unsafe to the compiler only: it never changes, and what it points to has a mutex of its own.
    nonisolated(unsafe) fileprivate let pointer: OpaquePointer

    /// Fails when there is no memory.
    init?() {
        guard let pointer = ccurl_stop_create() else { return nil }
        self.pointer = pointer
    }

    deinit { ccurl_stop_destroy(pointer) }

    /// Ends the conversation, now or as soon as it begins.
    func set() { ccurl_stop_set(pointer) }
}

/// One conversation with a server; blocks the thread that runs it.
struct Conversation: Sendable {
    /// How it ended.
    struct Outcome: Sendable {
        /// 0 when the server said yes to all of it, else libcurl's code.
        let code: Int32
        /// The code of the reply that decided, 0 when there was none.
        let reply: Int
        /// Whether the message had begun to be sent.
        let hasSent: Bool
        /// What libcurl says.
        let text: String
        /// The line with which the server refused; empty where the last one was no refusal.
        let line: String
    }

    let url: String
    let username: String?
    let password: String?
    let authorities: String?
    let isPlaintext: Bool
    let envelope: Envelope?
    let message: [UInt8]

    func run(until stop: ConversationStop) -> Outcome {
        let texts = [url, username, password, authorities, envelope?.sender, envelope?.recipient]
        return withCStrings(texts) { texts in
            message.withUnsafeBytes { message in
                withExtendedLifetime(stop) { talk(texts, message, stop) }
            }
        }
    }

    private func talk(
        _ texts: [UnsafePointer<CChar>?],
        _ message: UnsafeRawBufferPointer,
        _ stop: ConversationStop
    ) -> Outcome {
        guard let url = texts[0] else { preconditionFailure("the URL is always there") }
        var mail = ccurl_mail(
            url: url,
            username: texts[1],
            password: texts[1] == nil ? nil : texts[2],
            is_plaintext: isPlaintext ? 1 : 0,
            authorities: texts[3],
            sender: texts[4],
            recipient: texts[5],
            message: message.bindMemory(to: CChar.self).baseAddress,
            length: message.count,
            connect_limit: Int(SMTPClient.connectLimit / .milliseconds(1)),
            limit: Int(SMTPClient.limit / .milliseconds(1)),
            stop: stop.pointer
        )
        var outcome = ccurl_outcome()
        ccurl_send(&mail, &outcome)
        return Outcome(
            code: outcome.code,
            reply: outcome.reply,
            hasSent: outcome.has_sent != 0,
            text: withUnsafeBytes(of: outcome.message, readable),
            line: withUnsafeBytes(of: outcome.line, readable)
        )
    }

    /// The bytes up to the first zero, what cannot be printed replaced: a server can say anything.
    private func readable(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.isControl ? "?" : $0 }))
    }

    /// Runs `body` with C strings, nil for nil.
    private func withCStrings<Result>(
        _ texts: [String?],
        _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        func next(_ pointers: [UnsafePointer<CChar>?]) -> Result {
            guard pointers.count < texts.count else { return body(pointers) }
            guard let text = texts[pointers.count] else { return next(pointers + [nil]) }
            return text.withCString { next(pointers + [$0]) }
        }
        return next([])
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control }
}

extension Conversation.Outcome {
    /// Replies that are about who asks (RFC 4954, section 6).
    private static let logInReplies: Set<Int> = [530, 534, 535, 538]
    /// The reply to a sender whose mail is too large; any other is about the sender, who is always the same.
    private static let tooLarge = 552

    /// Why the server did not take the message; nil when it did.
    ///
    /// Only what the server says of this mail is final: whom it refuses to talk to at all, or does not let in, is the
    /// operator's to mend, and the mail can be sent then. libcurl says which command was refused in words only.
    func failure(_ server: SMTPServer) -> SMTPError? {
        guard code != 0 else { return nil }
        let words = line.isEmpty ? text : "\(text) (\(line))"
        return SMTPError(isFinal ? .permanent : .transient, "\(server.host):\(server.port): \(words)")
    }

    private var isFinal: Bool {
        guard (500...599).contains(reply), !Self.logInReplies.contains(reply) else { return false }
        if text.hasPrefix("MAIL failed") { return reply == Self.tooLarge }
        if text.hasPrefix("RCPT failed") || text.hasPrefix("DATA failed") { return true }
        return hasSent && ccurl_is_strange_reply(code) != 0 && line.hasPrefix("\(reply)")
    }
}
