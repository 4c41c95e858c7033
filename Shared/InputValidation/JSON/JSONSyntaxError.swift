/// Why some bytes are no acceptable JSON text, and where.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The offset of the first offending byte, from 0.
    public var offset: Int
    /// What is wrong there.
    public var message: String

    /// Creates an error at a byte offset.
    public init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }

    /// The message with its place.
    public var description: String { "\(message) at byte \(offset)" }
}
