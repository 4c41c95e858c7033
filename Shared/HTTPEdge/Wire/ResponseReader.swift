public import NIOCore

/// Reads answers from a connection to a server, one after the other: head, body in parts, end.
public struct ResponseReader {
    /// What was found next.
    public enum Piece {
        /// More bytes have to arrive first.
        case needsMore
        /// The final head; ``head`` and ``headBytes`` tell it until the next one.
        case head
        /// A part of the body, not empty.
        case body(ByteBuffer)
        /// The answer is complete.
        case end
    }

    private enum State {
        case head(HeadScanner)
        case length(Int)
        case chunked(ChunkedDecoder)
        case untilClose
        case ended
    }

    /// The head that was read last.
    public private(set) var head = ResponseHead()
    /// The bytes that the places in ``head`` count from.
    public private(set) var headBytes = ByteBuffer()
    private var buffer = ByteBuffer()
    private var state = State.ended
    private var toHead = false
    private let limits: EdgeLimits

    /// Creates a reader; heads may be as large as a proxy can hold.
    public init() {
        var limits = EdgeLimits()
        limits.fieldBytes = 48 * 1024
        limits.fieldCount = 500
        self.limits = limits
    }

    /// Whether nothing is there that no request asked for.
    public var isClean: Bool {
        if case .ended = state { buffer.readableBytes == 0 } else { false }
    }

    /// Expects the answer to a request.
    public mutating func expectAnswer(toHead: Bool) {
        self.toHead = toHead
        state = .head(HeadScanner())
    }

    /// Takes bytes that arrived.
    public mutating func feed(_ bytes: inout ByteBuffer) {
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
    }

    /// Takes the next piece of the current answer.
    ///
    /// - Throws: ``EdgeRefusal`` when the bytes are no answer of HTTP/1; the connection is of no use then.
    public mutating func next() throws(EdgeRefusal) -> Piece {
        switch state {
        case .head(let scanner): return try readHead(scanner)
        case .length(let remaining):
            guard let part = buffer.readSlice(length: min(remaining, buffer.readableBytes)), part.readableBytes > 0
            else { return .needsMore }
            state = part.readableBytes == remaining ? .ended : .length(remaining - part.readableBytes)
            return .body(part)
        case .chunked(var decoder):
            let piece = try decoder.next(from: &buffer, limits: limits)
            state = .chunked(decoder)
            switch piece {
            case .needsMore: return .needsMore
            case .data(let part): return .body(part)
            case .end:
                state = .ended
                return .end
            }
        case .untilClose:
            guard buffer.readableBytes > 0 else { return .needsMore }
            defer { buffer = ByteBuffer() }
            return .body(buffer)
        case .ended: return .end
        }
    }

    /// The server ended the connection; whether that ends the answer as it should.
    public mutating func connectionClosed() -> Bool {
        guard case .untilClose = state else { return false }
        state = .ended
        return true
    }

    private mutating func readHead(_ before: HeadScanner) throws(EdgeRefusal) -> Piece {
        var scanner = before
        let found = buffer.withUnsafeReadableBytes { bytes -> Result<Int?, EdgeRefusal> in
            Result { () throws(EdgeRefusal) in
                guard !bytes.isEmpty, let length = try scanner.end(in: bytes, limits: limits) else { return nil }
                try head.parse(UnsafeRawBufferPointer(rebasing: bytes.prefix(length)), toHead: toHead)
                return length
            }
        }
        guard let length = try found.get(), let bytes = buffer.readSlice(length: length) else {
            state = .head(scanner)
            return .needsMore
        }
        guard !head.isInterim else {
            // An upgrade was not asked for; any other interim answer is followed by the final one.
            guard head.status != 101 else { throw .malformedRequestLine }
            state = .head(HeadScanner())
            return try next()
        }
        headBytes = bytes
        switch head.framing {
        case .none: state = .ended
        case .length(let length): state = .length(length)
        case .chunked: state = .chunked(ChunkedDecoder())
        case .untilClose: state = .untilClose
        }
        return .head
    }
}
