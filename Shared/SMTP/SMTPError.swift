/// A mail was not taken.
public struct SMTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether another attempt can help.
    public enum Permanence: Hashable, Sendable {
        /// The server said so with 4xx, could not be reached, is not who it should be, or does not let the user in:
        /// the same mail may be taken later.
        case transient
        /// The server refused this mail with 5xx, or it must not be sent to any.
        case permanent
    }

    /// Whether another attempt can help.
    public let permanence: Permanence
    /// What went wrong, with the server's own words where there were some.
    public let description: String

    init(_ permanence: Permanence, _ description: String) {
        self.permanence = permanence
        self.description = description
    }
}
