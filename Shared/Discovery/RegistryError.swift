/// The registry could not do what it was asked; a later call may succeed.
public struct RegistryError: Error, Sendable, CustomStringConvertible {
    /// What was tried.
    public var message: String
    /// What went wrong below.
    public var cause: (any Error)?

    /// Creates an error.
    public init(_ message: String, cause: (any Error)? = nil) {
        self.message = message
        self.cause = cause
    }

    /// The message and its cause.
    public var description: String {
        cause.map { "\(message): \($0)" } ?? message
    }
}
