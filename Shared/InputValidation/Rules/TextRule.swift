/// A named condition on a text, with the sentence a person reads when it does not hold.
public struct TextRule: Sendable {
    /// The rule's stable name, as reported in ``FieldError/rule``.
    public let name: String
    /// What would be right, such as "must have 1 to 100 characters".
    public let message: String
    private let holds: @Sendable (String) -> Bool

    /// Creates a rule of your own.
    public init(_ name: String, message: String, holds: @escaping @Sendable (String) -> Bool) {
        self.name = name
        self.message = message
        self.holds = holds
    }

    /// Whether `text` satisfies the rule.
    public func isSatisfied(by text: String) -> Bool {
        holds(text)
    }

    /// A length in characters (Unicode scalars, so that a client counts the same).
    public static func length(_ range: ClosedRange<Int>) -> Self {
        Self("length", message: "must have \(range.lowerBound) to \(range.upperBound) characters") {
            range.contains($0.unicodeScalars.count)
        }
    }

    /// A length in bytes of UTF-8.
    public static func bytes(_ range: ClosedRange<Int>) -> Self {
        Self("bytes", message: "must have \(range.lowerBound) to \(range.upperBound) bytes of UTF-8") {
            range.contains($0.utf8.count)
        }
    }

    /// No control characters: U+0000 to U+001F and U+007F.
    public static var noControlCharacters: Self {
        Self("control-characters", message: "must not contain control characters") { text in
            !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        }
    }

    /// No control characters except tab and line breaks, for texts of several lines.
    public static var noControlCharactersButLineBreaks: Self {
        Self("control-characters", message: "must not contain control characters other than tabs and line breaks") {
            !$0.unicodeScalars.contains {
                ($0.value < 0x20 && ![0x09, 0x0A, 0x0D].contains($0.value)) || $0.value == 0x7F
            }
        }
    }

    /// At least one character that is no white space.
    public static var notBlank: Self {
        Self("not-blank", message: "must not be blank") { text in
            text.unicodeScalars.contains { !$0.properties.isWhitespace }
        }
    }

    /// An identifier: 1 to 64 of `A-Z a-z 0-9 . _ -`.
    public static var identifier: Self {
        Self("identifier", message: "must be 1 to 64 of the characters A-Z a-z 0-9 . _ -") { text in
            (1...64).contains(text.utf8.count)
                && text.utf8.allSatisfy { byte in
                    Character(Unicode.Scalar(byte)).isASCII
                        && (Self.isAlphanumeric(byte) || [0x2D, 0x2E, 0x5F].contains(byte))
                }
        }
    }

    /// A calendar date `YYYY-MM-DD` that exists in the proleptic Gregorian calendar.
    public static var calendarDate: Self {
        Self("date", message: "must be an existing date written YYYY-MM-DD") { CalendarDate($0) != nil }
    }

    /// A mailbox address, as ``EmailAddress`` accepts it.
    public static var emailAddress: Self {
        Self("email", message: "must be a mail address such as name@example.org") { EmailAddress($0) != nil }
    }

    /// One of the given words.
    public static func oneOf(_ allowed: [String]) -> Self {
        Self("one-of", message: "must be one of: " + allowed.joined(separator: ", ")) { text in
            allowed.contains { $0.hasSameBytes(as: text) }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
