/// The name under which one user action is found in every log line, queue row and mail header.
public struct CorrelationID: Hashable, Sendable, CustomStringConvertible {
    /// The most characters an ID may have.
    public static let maximumLength = 128

    /// The ID's text: 1 to 128 of `A-Z a-z 0-9 . _ -`, so that it can stand in logs, headers and file names as it is.
    public let description: String

    /// Accepts an ID that came from outside; nil when it is none.
    public init?(_ text: String) {
        let isAcceptable =
            (1...Self.maximumLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isAcceptable else { return nil }
        description = text
    }

    /// Makes an ID of 128 random bits, as 32 hexadecimal digits.
    public init(using generator: inout some RandomNumberGenerator) {
        description = HexadecimalID.make(bytes: 16, using: &generator)
    }
}
