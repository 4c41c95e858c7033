import CHiredis
public import NIOCore

/// A command as it goes to the server.
///
/// Its words are counted out in bytes, so that no value can be taken for anything else.
public struct RedisCommand: Sendable {
    /// The bytes to send.
    let bytes: ByteBuffer

    /// Writes a command of these words.
    public init(_ words: [String]) {
        self.init(words.map { ByteBuffer(string: $0) })
    }

    /// Writes a command of these words, which may be any bytes.
    public init(_ words: [ByteBuffer]) {
        let lengths = words.map(\.readableBytes)
        var all = ByteBuffer()
        for word in words { all.writeImmutableBuffer(word) }
        bytes = all.withUnsafeReadableBytes { all in
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
                defer { offset += length }
                // There is no address where all words are empty.
                return all.baseAddress.map { ($0 + offset).assumingMemoryBound(to: CChar.self) }
            }
            var target: UnsafeMutablePointer<CChar>?
            let count = redisFormatCommandArgv(&target, Int32(words.count), &pointers, lengths)
            guard count >= 0, let target else { preconditionFailure("there is no memory for a command") }
            defer { redisFreeCommand(target) }
            return ByteBuffer(bytes: UnsafeRawBufferPointer(start: target, count: Int(count)))
        }
    }
}
