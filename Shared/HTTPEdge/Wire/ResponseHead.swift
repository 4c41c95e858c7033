/// The head of an HTTP/1 answer, as places in the bytes it was read from; see ``RequestHead``.
public struct ResponseHead: Sendable {
    /// The status code, 100 to 599.
    public private(set) var status = 0
    /// The reason, which may be empty.
    public private(set) var reason = 0..<0
    /// The fields in their order.
    public private(set) var fields: [HeadField] = []
    /// How the body's end is found.
    public private(set) var framing = BodyFraming.none
    /// Whether the connection can be used again.
    public private(set) var keepsAlive = true
    /// Whether `Connection` names fields that are then not passed on.
    public private(set) var namesHopByHopFields = false
    /// The seconds of `Retry-After`, where it tells seconds.
    public private(set) var retryAfterSeconds: Int?

    /// Creates an empty head to parse into.
    public init() {
        fields.reserveCapacity(32)
    }

    /// Whether a final answer follows this one.
    public var isInterim: Bool { status < 200 }

    /// Reads a whole head.
    ///
    /// - Parameters:
    ///   - bytes: From the head's first byte to its empty line, less than 64 KiB.
    ///   - toHead: Whether the request was `HEAD`, whose answer has no body whatever it says.
    /// - Throws: ``EdgeRefusal`` naming what is wrong; nobody is refused, the server behind is broken.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, toHead: Bool) throws(EdgeRefusal) {
        fields.removeAll(keepingCapacity: true)
        namesHopByHopFields = false
        retryAfterSeconds = nil
        let lineEnd = HeadField.endOfLine(in: bytes, from: 0)
        try parseStatusLine(bytes, end: lineEnd)
        var framingFields = FramingFields()
        var start = lineEnd + 2
        while start < bytes.count - 2 {
            let end = HeadField.endOfLine(in: bytes, from: start)
            let field = try HeadField.parse(bytes, line: start..<end)
            let value = UnsafeRawBufferPointer(rebasing: bytes[field.value])
            switch field.kind {
            case .contentLength: try framingFields.contentLength(value)
            case .transferEncoding: try framingFields.transferEncoding(value)
            case .connection: connection(value)
            case .retryAfter: retryAfterSeconds = Int(String(decoding: value, as: UTF8.self))
            default: break
            }
            fields.append(field)
            start = end + 2
        }
        framing = try framingFields.framing(isHTTP10: false)
        if toHead || status < 200 || status == 204 || status == 304 {
            framing = .none
        } else if framing == .none, !framingFields.hasLength {
            framing = .untilClose
            keepsAlive = false
        }
    }

    private mutating func parseStatusLine(_ bytes: UnsafeRawBufferPointer, end: Int) throws(EdgeRefusal) {
        guard end >= 12, bytes.starts(with: "HTTP/1.".utf8),
            bytes[7] == UInt8(ascii: "1") || bytes[7] == UInt8(ascii: "0"),
            bytes[8] == ASCII.space, bytes[9..<12].allSatisfy(ASCII.isDigit), end == 12 || bytes[12] == ASCII.space
        else { throw .malformedRequestLine }
        keepsAlive = bytes[7] == UInt8(ascii: "1")
        status = bytes[9..<12].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        guard (100...599).contains(status) else { throw .malformedRequestLine }
        reason = min(13, end)..<end
        guard HeadField.isText(bytes, reason) else { throw .malformedRequestLine }
    }

    private mutating func connection(_ value: UnsafeRawBufferPointer) {
        for part in value.split(separator: ASCII.comma) {
            let option = UnsafeRawBufferPointer(rebasing: part).trimmed
            if option.isName("close") {
                keepsAlive = false
            } else if !option.isName("keep-alive") {
                namesHopByHopFields = true
            }
        }
    }
}
