/// Where a header field stands, counted in bytes from the first of its head; its value has no white space around it.
public struct HeadField: Sendable {
    /// What the field means to a proxy.
    public let kind: FieldKind
    private let nameStart: UInt16
    private let nameEnd: UInt16
    private let valueStart: UInt16
    private let valueEnd: UInt16

    init(_ kind: FieldKind, name: Range<Int>, value: Range<Int>) {
        self.kind = kind
        nameStart = UInt16(name.lowerBound)
        nameEnd = UInt16(name.upperBound)
        valueStart = UInt16(value.lowerBound)
        valueEnd = UInt16(value.upperBound)
    }

    /// The place of the name.
    public var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    /// The place of the value.
    public var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    /// Reads one line of a head without its line end.
    ///
    /// Refused are: no name, white space before the colon, a line that goes on from the one above, and control
    /// characters (RFC 9112 sections 5.1 and 5.2, RFC 9110 section 5.5).
    static func parse(_ bytes: UnsafeRawBufferPointer, line: Range<Int>) throws(EdgeRefusal) -> Self {
        var index = line.lowerBound
        while index < line.upperBound, ByteSet.token.contains(bytes[index]) { index += 1 }
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == ASCII.colon else {
            throw .malformedField
        }
        let name = line.lowerBound..<index
        var start = index + 1
        var end = line.upperBound
        while start < end, isWhiteSpace(bytes[start]) { start += 1 }
        while end > start, isWhiteSpace(bytes[end - 1]) { end -= 1 }
        guard isText(bytes, start..<end) else { throw .malformedField }
        return Self(FieldKind(UnsafeRawBufferPointer(rebasing: bytes[name])), name: name, value: start..<end)
    }

    /// Whether these bytes are no control characters.
    @inline(__always)
    static func isText(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        for position in range {
            let byte = bytes[position]
            guard byte >= ASCII.space && byte != ASCII.delete || byte == ASCII.tab else { return false }
        }
        return true
    }

    /// Where the line ends that begins at `start`: before its CR LF, which is known to be there.
    @inline(__always)
    static func endOfLine(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while bytes[index] != ASCII.lineFeed { index += 1 }
        return index - 1
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == ASCII.space || byte == ASCII.tab
    }
}
