/// What a streamed request body throws when its source breaks off, so that the replica is not blamed.
public struct RequestBodyFailure: Error, Sendable, CustomStringConvertible {
    /// Why the source broke off.
    public var cause: any Error

    /// Creates an error.
    public init(cause: any Error) {
        self.cause = cause
    }

    /// The cause.
    public var description: String { "the request's body broke off: \(cause)" }
}
