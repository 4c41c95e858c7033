/// Why a mail was not delivered.
public struct DeliveryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether trying again can help.
    public enum Permanence: Hashable, Sendable {
        /// A later attempt may succeed.
        case transient
        /// No attempt can succeed.
        case permanent
    }

    /// Whether trying again can help.
    public var permanence: Permanence
    /// What went wrong, in words that are fit for logs: no address stands in them whole.
    public var description: String

    /// Creates an error.
    public init(permanence: Permanence, description: String) {
        self.permanence = permanence
        self.description = description
    }
}
