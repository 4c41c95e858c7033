/// The name under which the replicas of one service are found: a DNS label (RFC 1123).
public struct ServiceName: Hashable, Sendable, CustomStringConvertible {
    /// The name: 1 to 63 of `a-z 0-9 -`, neither first nor last a hyphen.
    public let description: String

    /// Accepts a name; nil when it is no DNS label.
    public init?(_ text: String) {
        let isLabel =
            (1...63).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard isLabel else { return nil }
        description = text
    }

    /// Creates a name from a literal; a malformed one is a programming error and traps.
    public init(known literal: StaticString) {
        guard let name = Self("\(literal)" as String) else {
            preconditionFailure("\(literal) is no DNS label")
        }
        self = name
    }
}
