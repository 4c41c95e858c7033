import HTTPTypes
import NIOCore

/// Writes one answer as HTTP/1 (RFC 9112): its head, and its body in the framing that the head tells.
struct ResponseWriter {
    enum Framing: Hashable {
        case none
        case length(remaining: Int)
        case chunked
        case untilClose
    }

    /// What becomes of the connection when the answer is written.
    enum End: Hashable {
        case complete
        /// The body is shorter than was told: only an aborted connection says so.
        case short
    }

    private(set) var framing = Framing.none

    /// Chooses the framing and writes the head.
    ///
    /// - Parameters:
    ///   - head: Status and fields; those of framing are replaced.
    ///   - isHTTP10: Whether the client speaks HTTP/1.0, and so reads no chunks.
    ///   - hasBody: Whether an answer to this request has a body at all: none to `HEAD` has.
    ///   - closes: Whether this is the connection's last answer; set for a body that ends with the connection.
    ///   - allocator: Makes the buffer.
    /// - Returns: The bytes of the head.
    mutating func head(
        _ head: HTTPResponse,
        isHTTP10: Bool,
        hasBody: Bool,
        closes: inout Bool,
        allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        let isEmpty = !hasBody || head.status.code == 204 || head.status.code == 304
        if isEmpty {
            framing = .none
        } else if let length = head.headerFields[.contentLength].flatMap(Int.init) {
            framing = .length(remaining: length)
        } else if isHTTP10 {
            framing = .untilClose
            closes = true
        } else {
            framing = .chunked
        }
        var buffer = allocator.buffer(capacity: 512)
        Self.writeStatusLine(head.status, to: &buffer)
        for field in head.headerFields where !Self.isFraming(field.name, head.status.code) {
            buffer.writeString(field.name.rawName)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        if framing == .chunked { buffer.writeStaticString("Transfer-Encoding: chunked\r\n") }
        if closes {
            buffer.writeStaticString("Connection: close\r\n")
        } else if isHTTP10 {
            buffer.writeStaticString("Connection: keep-alive\r\n")
        }
        buffer.writeStaticString("\r\n")
        return buffer
    }

    /// Writes an interim answer, such as 100; there may be several before the real one.
    static func interim(_ status: HTTPResponse.Status, allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 32)
        writeStatusLine(status, to: &buffer)
        buffer.writeStaticString("\r\n")
        return buffer
    }

    /// Frames a part of the body; what is more than was told is dropped.
    mutating func body(_ part: ByteBuffer, allocator: ByteBufferAllocator) -> [ByteBuffer] {
        guard part.readableBytes > 0 else { return [] }
        switch framing {
        case .none: return []
        case .untilClose: return [part]
        case .length(let remaining):
            let length = min(remaining, part.readableBytes)
            framing = .length(remaining: remaining - length)
            return part.getSlice(at: part.readerIndex, length: length).map { [$0] } ?? []
        case .chunked:
            var size = allocator.buffer(capacity: 18)
            size.writeString(String(part.readableBytes, radix: 16))
            size.writeStaticString("\r\n")
            return [size, part, ByteBuffer(staticString: "\r\n")]
        }
    }

    /// What ends the body, and whether it is as long as was told.
    mutating func end() -> (ByteBuffer?, End) {
        defer { framing = .none }
        return switch framing {
        case .none, .untilClose: (nil, .complete)
        case .length(let remaining): (nil, remaining == 0 ? .complete : .short)
        case .chunked: (ByteBuffer(staticString: "0\r\n\r\n"), .complete)
        }
    }

    private static func writeStatusLine(_ status: HTTPResponse.Status, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status.code))
        buffer.writeStaticString(" ")
        buffer.writeString(status.reasonPhrase)
        buffer.writeStaticString("\r\n")
    }

    /// Fields that this type decides about itself.
    private static func isFraming(_ name: HTTPField.Name, _ status: Int) -> Bool {
        name == .connection || name == .transferEncoding || name == .contentLength && status == 204
    }
}
