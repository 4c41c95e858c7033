/// Who a mail comes from and where it goes, fit to stand in a command.
struct Envelope: Sendable {
    let sender: String
    let recipient: String

    /// Refuses whatever could end a command early or begin another one.
    init(sender: String, recipient: String) throws(SMTPError) {
        try Self.check(sender)
        try Self.check(recipient)
        self.sender = sender
        self.recipient = recipient
    }

    /// Refuses an address that is more than one.
    static func check(_ address: String) throws(SMTPError) {
        let isFit = address.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x3C && $0 != 0x3E }
        guard isFit, address.contains("@"), address.utf8.count <= 254 else {
            throw SMTPError(.permanent, "an address of the envelope cannot stand in a command")
        }
    }
}

/// A message as RFC 5321 lets it be sent: its lines end with CR LF, and neither stands alone.
///
/// A lone line feed before a dot is how one mail is smuggled inside another: servers disagree about what ends a mail.
enum MessageText {
    /// The longest line in bytes, without its end (RFC 5321, section 4.5.3.1.6).
    static let longestLine = 998

    /// The bytes of a message.
    ///
    /// - Throws: ``SMTPError`` when it must not be sent as it is.
    static func check(_ text: String) throws(SMTPError) -> [UInt8] {
        let bytes = Array(text.utf8)
        var length = 0
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x0D where index + 1 < bytes.count && bytes[index + 1] == 0x0A:
                length = 0
                index += 2
                continue
            case 0x0D, 0x0A: throw SMTPError(.permanent, "the message has a line break that is no CR LF")
            case 0x00: throw SMTPError(.permanent, "the message has a zero byte")
            default: length += 1
            }
            guard length <= longestLine else {
                throw SMTPError(.permanent, "the message has a line of over \(longestLine) bytes")
            }
            index += 1
        }
        return bytes
    }
}
