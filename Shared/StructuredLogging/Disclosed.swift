/// A logged value that is no secret, whatever the words in its key: whoever logs it knows what it is.
public struct Disclosed: Hashable, Sendable, CustomStringConvertible {
    /// The value.
    public let description: String

    /// Creates a value that is shown under any key.
    public init(_ value: String) {
        description = value
    }
}
