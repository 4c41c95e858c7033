/// A mailbox address that is safe to store, compare and put into a mail header.
///
/// Accepts the `Mailbox` of RFC 5321 in its dot-atom form: no quoted local parts, comments or address literals, since
/// none of these reach a person's inbox on today's mail systems and each is a way to smuggle header syntax. At most
/// 64 bytes before the `@` and 254 in all; domain labels follow RFC 1035 with at least two labels. ASCII only.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// The longest address in bytes (RFC 5321 4.5.3.1.3, less the angle brackets).
    public static let maximumBytes = 254
    /// The longest part before the `@` in bytes (RFC 5321 4.5.3.1.1).
    public static let maximumLocalPartBytes = 64

    /// The address as it was given.
    public let rawValue: String

    /// Parses an address; nil when `text` is none.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumBytes, let at = bytes.lastIndex(of: UInt8(ascii: "@")),
            Self.isLocalPart(bytes[..<at]), Self.isDomain(bytes[(at + 1)...])
        else { return nil }
        rawValue = text
    }

    /// The address as given.
    public var description: String { rawValue }

    /// The form in which two addresses of one person are equal: ASCII lower case, as mail systems treat it.
    public var canonical: String {
        rawValue.lowercased()
    }

    /// The address with most of its local part hidden, for logs and operators: `a***@example.org`.
    public var masked: String {
        let parts = rawValue.split(separator: "@", maxSplits: 1)
        guard let local = parts.first, let domain = parts.last else { return "***" }
        return "\(local.prefix(1))***@\(domain)"
    }

    private static func isLocalPart(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...maximumLocalPartBytes).contains(bytes.count)
            && bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy(isAtomText)
            }
    }

    private static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, !last.allSatisfy(isDigit) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count)
                && label.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
                && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
        }
    }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
