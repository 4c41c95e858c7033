package import NIOCore

/// Takes the chunks of a body apart (RFC 9112 section 7.1).
///
/// Extensions are read over and trailers checked and dropped: neither means anything to the services behind.
package struct ChunkedDecoder {
    /// The longest line of a chunk's size with its extensions, in bytes.
    package static let maximumSizeLineBytes = 256

    /// What was found next.
    package enum Piece {
        /// More bytes have to arrive first.
        case needsMore
        /// A part of the body, not empty.
        case data(ByteBuffer)
        /// The body is over; what follows is the next message.
        case end
    }

    private enum State {
        case size
        case data(Int)
        case dataEnd
        case trailers(bytes: Int, count: Int)
        case finished
    }

    private var state = State.size

    package init() {}

    /// Takes the next piece from the front of `buffer`.
    ///
    /// - Throws: ``EdgeRefusal``: a chunk or a trailer that is malformed, or trailers over the limits of fields.
    package mutating func next(
        from buffer: inout ByteBuffer,
        limits: EdgeLimits
    ) throws(EdgeRefusal) -> Piece {
        while true {
            switch state {
            case .size:
                guard let size = try Self.takeSize(&buffer) else { return .needsMore }
                state = size == 0 ? .trailers(bytes: 0, count: 0) : .data(size)
            case .data(let remaining):
                guard let part = buffer.readSlice(length: min(remaining, buffer.readableBytes)), part.readableBytes > 0
                else { return .needsMore }
                state = part.readableBytes == remaining ? .dataEnd : .data(remaining - part.readableBytes)
                return .data(part)
            case .dataEnd:
                guard let line = try Self.takeLine(&buffer, limit: 0) else { return .needsMore }
                guard line == 0 else { throw .malformedChunk }
                buffer.moveReaderIndex(forwardBy: 2)
                state = .size
            case .trailers(let bytes, let count):
                guard let next = try Self.takeTrailer(&buffer, bytes: bytes, count: count, limits) else {
                    return .needsMore
                }
                state = next
            case .finished: return .end
            }
        }
    }

    private static func takeSize(_ buffer: inout ByteBuffer) throws(EdgeRefusal) -> Int? {
        guard let length = try takeLine(&buffer, limit: maximumSizeLineBytes) else { return nil }
        let size = buffer.withUnsafeReadableBytes { parseSize(UnsafeRawBufferPointer(rebasing: $0.prefix(length))) }
        guard let size else { throw .malformedChunk }
        buffer.moveReaderIndex(forwardBy: length + 2)
        return size
    }

    /// 1 to 15 hexadecimal digits, then nothing or an extension of visible characters and white space.
    private static func parseSize(_ line: UnsafeRawBufferPointer) -> Int? {
        var size = 0
        var index = 0
        while index < line.count, let digit = ASCII.hexadecimal(line[index]) {
            guard index < 15 else { return nil }
            size = size << 4 | digit
            index += 1
        }
        guard index > 0 else { return nil }
        guard index < line.count else { return size }
        guard line[index] == UInt8(ascii: ";") else { return nil }
        let isHarmless = line[index...].allSatisfy { $0 >= ASCII.space && $0 != ASCII.delete || $0 == ASCII.tab }
        return isHarmless ? size : nil
    }

    private static func takeTrailer(
        _ buffer: inout ByteBuffer,
        bytes: Int,
        count: Int,
        _ limits: EdgeLimits
    ) throws(EdgeRefusal) -> State? {
        guard let length = try takeLine(&buffer, limit: limits.fieldBytes - bytes, over: .fieldsTooLarge) else {
            return nil
        }
        if length > 0 {
            guard count < limits.fieldCount else { throw .tooManyFields }
            // Whatever is wrong with it, it is no field.
            let isField = buffer.withUnsafeReadableBytes { (try? HeadField.parse($0, line: 0..<length)) != nil }
            guard isField else { throw .malformedField }
        }
        buffer.moveReaderIndex(forwardBy: length + 2)
        return length == 0 ? .finished : .trailers(bytes: bytes + length + 2, count: count + 1)
    }

    /// The length of the line at the front, without its CR LF; nil when it has not ended.
    private static func takeLine(
        _ buffer: inout ByteBuffer,
        limit: Int,
        over refusal: EdgeRefusal = .malformedChunk
    ) throws(EdgeRefusal) -> Int? {
        let view = buffer.readableBytesView.prefix(max(0, limit) + 2)
        guard let lineFeed = view.firstIndex(of: ASCII.lineFeed) else {
            // A full line without its end, or something else where only the end of a line may be.
            if view.count == max(0, limit) + 2 { throw refusal }
            if limit == 0, view.first.map({ $0 != ASCII.carriageReturn }) ?? false { throw refusal }
            return nil
        }
        let length = lineFeed - view.startIndex - 1
        guard length >= 0, view[lineFeed - 1] == ASCII.carriageReturn else { throw .malformedChunk }
        return length
    }
}
