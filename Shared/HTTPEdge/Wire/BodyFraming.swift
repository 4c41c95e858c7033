/// How the end of a message's body is found (RFC 9112 section 6.3).
public enum BodyFraming: Hashable, Sendable {
    /// There is no body.
    case none
    /// The body has this many bytes, at least one.
    case length(Int)
    /// The body comes in chunks.
    case chunked
    /// The body ends with the connection; only answers have such.
    case untilClose
}

/// Collects what a head says about its body, and refuses what can be read in two ways.
struct FramingFields {
    private var length: Int?
    private var isChunked = false

    /// - Throws: ``EdgeRefusal/badFraming`` for a second length or one that is not 1 to 18 digits.
    mutating func contentLength(_ value: UnsafeRawBufferPointer) throws(EdgeRefusal) {
        guard length == nil, (1...18).contains(value.count) else { throw .badFraming }
        var number = 0
        for byte in value {
            guard ASCII.isDigit(byte) else { throw .badFraming }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        length = number
    }

    /// - Throws: ``EdgeRefusal`` for a second field, an empty one, and codings other than `chunked`.
    mutating func transferEncoding(_ value: UnsafeRawBufferPointer) throws(EdgeRefusal) {
        guard !isChunked, !value.isEmpty else { throw .badFraming }
        guard value.isName("chunked") else {
            // "chunked, chunked" and its kind are a wrong framing, not another coding.
            throw Self.hasChunked(value) ? .badFraming : .unknownTransferCoding
        }
        isChunked = true
    }

    /// - Throws: ``EdgeRefusal/badFraming`` for both fields together, and for chunks in HTTP/1.0.
    func framing(isHTTP10: Bool) throws(EdgeRefusal) -> BodyFraming {
        guard isChunked else { return length.map { $0 == 0 ? .none : .length($0) } ?? .none }
        guard length == nil, !isHTTP10 else { throw .badFraming }
        return .chunked
    }

    /// Whether a length was told, even 0.
    var hasLength: Bool { length != nil }

    private static func hasChunked(_ value: UnsafeRawBufferPointer) -> Bool {
        value.split(separator: ASCII.comma).contains { part in
            UnsafeRawBufferPointer(rebasing: part).trimmed.isName("chunked")
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Without the white space around it.
    var trimmed: UnsafeRawBufferPointer {
        var bytes = self[...]
        while let first = bytes.first, first == ASCII.space || first == ASCII.tab { bytes = bytes.dropFirst() }
        while let last = bytes.last, last == ASCII.space || last == ASCII.tab { bytes = bytes.dropLast() }
        return UnsafeRawBufferPointer(rebasing: bytes)
    }
}
