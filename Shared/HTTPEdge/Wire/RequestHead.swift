/// The head of an HTTP/1 request, as places in the bytes it was read from.
///
/// Nothing is copied and, once the list of fields has its size, nothing allocated: a proxy passes most of a head on as
/// it came. Parse the next head into the same value.
public struct RequestHead: Sendable {
    /// The method.
    public private(set) var method = RequestMethod.get
    /// The path with its query, or `*`.
    public private(set) var target = 0..<0
    /// The host of the target, or of `Host`; empty for HTTP/1.0 without one.
    public private(set) var authority = 0..<0
    /// Whether the client speaks HTTP/1.0.
    public private(set) var isHTTP10 = false
    /// The fields in their order.
    public private(set) var fields: [HeadField] = []
    /// How the body's end is found.
    public private(set) var framing = BodyFraming.none
    /// Whether the client wants to go on with this connection.
    public private(set) var keepsAlive = true
    /// Whether the client waits to be told before it sends its body (RFC 9110 section 10.1.1).
    public private(set) var expectsContinue = false
    /// Whether `Connection` names more than `close` and `keep-alive`: fields that are then not passed on.
    public private(set) var namesHopByHopFields = false
    private var saysClose = false
    /// What is wrong with what the head says; the first counts.
    private var refusal: EdgeRefusal?
    /// The length in bytes, the empty line included.
    public private(set) var byteCount = 0

    /// Creates an empty head to parse into.
    public init() {
        fields.reserveCapacity(32)
    }

    /// Reads a whole head, also of a request that is then refused for what it says, so that its fields are known.
    ///
    /// - Parameter bytes: From the head's first byte to its empty line, as ``HeadScanner`` found it; less than 64 KiB.
    /// - Throws: ``EdgeRefusal``; the value then holds whatever was read.
    mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(EdgeRefusal) {
        reset()
        byteCount = bytes.count
        let lineEnd = HeadField.endOfLine(in: bytes, from: 0)
        try parseRequestLine(bytes, end: lineEnd)
        var framingFields = FramingFields()
        var hostCount = 0
        var start = lineEnd + 2
        while start < bytes.count - 2 {
            let end = HeadField.endOfLine(in: bytes, from: start)
            let field = try HeadField.parse(bytes, line: start..<end)
            let value = UnsafeRawBufferPointer(rebasing: bytes[field.value])
            switch field.kind {
            case .host: host(field, value, &hostCount)
            case .contentLength: try framingFields.contentLength(value)
            case .transferEncoding: try framingFields.transferEncoding(value)
            case .connection: connection(value)
            case .expect: expect(value)
            default: break
            }
            fields.append(field)
            start = end + 2
        }
        if hostCount != 1, !isHTTP10 { refuse(.badHost) }
        if let refusal { throw refusal }
        framing = try framingFields.framing(isHTTP10: isHTTP10)
        if isHTTP10 || framing == .none { expectsContinue = false }
    }

    /// Forgets the head that was read last, so that nothing of it is taken for the next one's.
    mutating func reset() {
        fields.removeAll(keepingCapacity: true)
        method = .get
        isHTTP10 = false
        target = 0..<0
        authority = 0..<0
        framing = .none
        keepsAlive = true
        saysClose = false
        expectsContinue = false
        namesHopByHopFields = false
        refusal = nil
        byteCount = 0
    }

    private mutating func refuse(_ reason: EdgeRefusal) {
        if refusal == nil { refusal = reason }
    }

    private mutating func host(
        _ field: HeadField,
        _ value: UnsafeRawBufferPointer,
        _ count: inout Int
    ) {
        count += 1
        guard count == 1, HostSyntax.isValid(value) else { return refuse(.badHost) }
        // The authority of an absolute target goes before Host (RFC 9112 section 3.2.2).
        if authority.isEmpty { authority = field.value }
    }

    private mutating func connection(_ value: UnsafeRawBufferPointer) {
        for part in value.split(separator: ASCII.comma) {
            let option = UnsafeRawBufferPointer(rebasing: part).trimmed
            if option.isName("close") {
                keepsAlive = false
                saysClose = true
            } else if option.isName("keep-alive") {
                if isHTTP10, !saysClose { keepsAlive = true }
            } else if !option.isEmpty {
                namesHopByHopFields = true
            }
        }
    }

    private mutating func expect(_ value: UnsafeRawBufferPointer) {
        guard value.isName("100-continue") else { return refuse(.unknownExpectation) }
        expectsContinue = true
    }
}

// MARK: The request line

extension RequestHead {
    private mutating func parseRequestLine(_ bytes: UnsafeRawBufferPointer, end: Int) throws(EdgeRefusal) {
        var index = 0
        while index < end, ByteSet.token.contains(bytes[index]) { index += 1 }
        guard index > 0, index < end, bytes[index] == ASCII.space else { throw .malformedRequestLine }
        let method = UnsafeRawBufferPointer(rebasing: bytes[0..<index])
        let start = index + 1
        index = start
        while index < end, bytes[index] != ASCII.space {
            let byte = bytes[index]
            // Visible ASCII but the fragment's #, which is never sent.
            let isVisible = byte > ASCII.space && byte < ASCII.delete
            if !isVisible || byte == UInt8(ascii: "#") { refuse(.malformedTarget) }
            index += 1
        }
        try parseVersion(UnsafeRawBufferPointer(rebasing: bytes[index..<end]))
        if let known = RequestMethod(method) { self.method = known } else { refuse(.unknownMethod) }
        parseTarget(bytes, start..<index)
    }

    private mutating func parseVersion(_ bytes: UnsafeRawBufferPointer) throws(EdgeRefusal) {
        guard bytes.count == 9, bytes.starts(with: " HTTP/".utf8), ASCII.isDigit(bytes[6]),
            bytes[7] == UInt8(ascii: "."), ASCII.isDigit(bytes[8])
        else { throw .malformedRequestLine }
        guard bytes[6] == UInt8(ascii: "1"), bytes[8] <= UInt8(ascii: "1") else { throw .unknownVersion }
        isHTTP10 = bytes[8] == UInt8(ascii: "0")
        keepsAlive = !isHTTP10
    }

    private mutating func parseTarget(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        target = range
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        if text.first == ASCII.slash { return }
        if text.count == 1, text[0] == UInt8(ascii: "*"), method == .options { return }
        let schemeLength = text.count > 7 && UnsafeRawBufferPointer(rebasing: text.prefix(7)).isName("http://") ? 7 : 8
        guard schemeLength == 7 || text.count > 8 && UnsafeRawBufferPointer(rebasing: text.prefix(8)).isName("https://")
        else { return refuse(.malformedTarget) }
        guard let slash = text[schemeLength...].firstIndex(of: ASCII.slash) else {
            // An absolute URI without a path has nothing that could be passed on as it is.
            return refuse(.malformedTarget)
        }
        let host = UnsafeRawBufferPointer(rebasing: text[schemeLength..<slash])
        guard HostSyntax.isValid(host) else { return refuse(.badHost) }
        authority = (range.lowerBound + schemeLength)..<(range.lowerBound + slash)
        target = (range.lowerBound + slash)..<range.upperBound
    }
}
