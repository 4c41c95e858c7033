import CHiredis
import NIOCore

/// Reads replies out of bytes that come in parts, with the reader of hiredis; it does no I/O of its own.
final class ReplyReader {
    /// The longest reply, in bytes; no command of ours is answered by more.
    static let maximumBytes = 1 << 20

    private let reader: UnsafeMutablePointer<redisReader>
    /// How many bytes have come since the last whole reply.
    private var unread = 0

    init() {
        guard let reader = redisReaderCreate() else { preconditionFailure("there is no memory for a reader") }
        self.reader = reader
    }

    deinit {
        redisReaderFree(reader)
    }

    /// Takes more bytes.
    ///
    /// - Throws: ``RedisError`` when they are no replies, or one is too long; the reader is of no use any more then.
    func feed(_ bytes: ByteBuffer) throws(RedisError) {
        unread += bytes.readableBytes
        guard unread <= Self.maximumBytes else { throw RedisError(.unexpected, "the reply is too long") }
        let result = bytes.withUnsafeReadableBytes { bytes in
            redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard result == REDIS_OK else { throw failure }
    }

    /// The next reply; nil when not all of it has come.
    ///
    /// - Throws: ``RedisError`` as for ``feed(_:)``.
    func next() throws(RedisError) -> RedisReply? {
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw failure }
        guard let reply else { return nil }
        defer { freeReplyObject(reply) }
        unread = reader.pointee.len - reader.pointee.pos
        return Self.value(of: reply.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private var failure: RedisError {
        let text = withUnsafeBytes(of: &reader.pointee.errstr) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(.unexpected, text)
    }

    /// Replies are nested seven deep at most: hiredis refuses more.
    private static func value(of reply: redisReply) -> RedisReply {
        switch reply.type {
        case REDIS_REPLY_STATUS: .status(text(of: reply))
        case REDIS_REPLY_ERROR: .error(text(of: reply))
        case REDIS_REPLY_INTEGER: .integer(Int(reply.integer))
        case REDIS_REPLY_STRING: .bytes(ByteBuffer(bytes: bytes(of: reply)))
        case REDIS_REPLY_ARRAY:
            .array(
                UnsafeBufferPointer(start: reply.element, count: reply.elements).map { element in
                    element.map { value(of: $0.pointee) } ?? .null
                }
            )
        default: .null
        }
    }

    private static func text(of reply: redisReply) -> String {
        String(decoding: bytes(of: reply), as: UTF8.self)
    }

    private static func bytes(of reply: redisReply) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: reply.str, count: reply.len)
    }
}
