import SMTP

/// A mail in the form of RFC 5322 that every transport can carry as it is.
public struct ComposedMail: Hashable, Sendable {
    /// The mailbox it goes to.
    public let recipient: String
    /// Its `Message-ID` without angle brackets: always the same for the same job.
    public let messageID: String
    /// Header and body: ASCII, in lines of at most 998 bytes that all end with CR LF.
    public let text: String

    /// Checks a mail once, before any transport sees it.
    ///
    /// Not every server takes more than seven bits, and they disagree about what a lone CR or LF means: what is not fit
    /// to be sent is refused, and not mended.
    /// - Throws: ``DeliveryError``, permanent, for an address that could end a command, and for a text that is not ASCII,
    ///   has a zero byte, a longer line, or one that does not end with CR LF.
    public init(recipient: String, messageID: String, text: String) throws(DeliveryError) {
        guard recipient.utf8.allSatisfy({ $0 < 0x80 }), text.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw DeliveryError(permanence: .permanent, description: "the mail or its recipient is not ASCII")
        }
        guard text.utf8.suffix(2).elementsEqual("\r\n".utf8) else {
            throw DeliveryError(permanence: .permanent, description: "the mail does not end with CR LF")
        }
        do {
            try SMTPClient.validate(text, to: recipient)
        } catch {
            throw DeliveryError(error)
        }
        self.recipient = recipient
        self.messageID = messageID
        self.text = text
    }
}
