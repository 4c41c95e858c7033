public import NIOCore

/// What a server says to a command.
public enum RedisReply: Hashable, Sendable {
    /// A word such as `OK`.
    case status(String)
    /// A refusal; its first word is its kind.
    case error(String)
    /// A number.
    case integer(Int)
    /// Bytes.
    case bytes(ByteBuffer)
    /// Nothing: what was asked for is not there.
    case null
    /// Several replies.
    case array([RedisReply])
}
