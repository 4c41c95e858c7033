/// A recursive-descent parser over the bytes of one JSON text (RFC 8259), bounded in depth.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0
    private var pointer = JSONPointer.root
    /// Where each value begins, by its pointer; nil when nobody asks.
    private(set) var offsets: [String: Int]?

    init(_ bytes: UnsafeBufferPointer<UInt8>, keepsOffsets: Bool = false) {
        self.bytes = bytes
        offsets = keepsOffsets ? [:] : nil
    }

    mutating func parseText() throws(JSONSyntaxError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw error("byte order mark is not allowed") }
        skipWhitespace()
        let value = try parseValue()
        skipWhitespace()
        guard position == bytes.count else { throw error("unexpected text after the value") }
        return value
    }

    private mutating func parseValue() throws(JSONSyntaxError) -> JSONValue {
        guard position < bytes.count else { throw error("unexpected end of the text") }
        offsets?[pointer.description] = position
        switch bytes[position] {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try parseNumber())
        case UInt8(ascii: "t"): return try parseLiteral("true", as: .bool(true))
        case UInt8(ascii: "f"): return try parseLiteral("false", as: .bool(false))
        case UInt8(ascii: "n"): return try parseLiteral("null", as: .null)
        default: throw error("a value was expected")
        }
    }

    private enum Step {
        case key(String)
        case index(Int)
    }

    /// Parses a value inside another one.
    private mutating func parseValue(at step: Step) throws(JSONSyntaxError) -> JSONValue {
        guard offsets != nil else { return try parseValue() }
        let outer = pointer
        switch step {
        case .key(let key): pointer = outer.appending(key)
        case .index(let index): pointer = outer.appending(index)
        }
        defer { pointer = outer }
        return try parseValue()
    }

    private mutating func parseObject() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        var members: [JSONValue.Member] = []
        var names: Set<[UInt8]> = []
        if consume(UInt8(ascii: "}")) { return leave(.object([])) }
        while true {
            skipWhitespace()
            let start = position
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw error("a member name in double quotes was expected")
            }
            let key = try parseString()
            // Byte-wise, since String equality folds canonically equivalent names.
            guard names.insert(Array(key.utf8)).inserted else { throw error("duplicate member name", at: start) }
            skipWhitespace()
            guard consume(UInt8(ascii: ":")) else { throw error("a colon was expected") }
            skipWhitespace()
            members.append(.init(key: key, value: try parseValue(at: .key(key))))
            skipWhitespace()
            if consume(UInt8(ascii: ",")) { continue }
            guard consume(UInt8(ascii: "}")) else { throw error("a comma or the object's end was expected") }
            return leave(.object(members))
        }
    }

    private mutating func parseArray() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        if consume(UInt8(ascii: "]")) { return leave(.array([])) }
        while true {
            skipWhitespace()
            elements.append(try parseValue(at: .index(elements.count)))
            skipWhitespace()
            if consume(UInt8(ascii: ",")) { continue }
            guard consume(UInt8(ascii: "]")) else { throw error("a comma or the array's end was expected") }
            return leave(.array(elements))
        }
    }

    private mutating func parseLiteral(
        _ literal: StaticString,
        as value: JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        let expected = UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        guard bytes[position...].starts(with: expected) else { throw error("a value was expected") }
        position += expected.count
        return value
    }

    private mutating func parseNumber() throws(JSONSyntaxError) -> String {
        let start = position
        _ = consume(UInt8(ascii: "-"))
        if !consume(UInt8(ascii: "0")) {
            try consumeDigits()
        }
        if consume(UInt8(ascii: ".")) {
            try consumeDigits()
        }
        if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
            if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
            try consumeDigits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func consumeDigits() throws(JSONSyntaxError) {
        let start = position
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
        guard position > start else { throw error("a digit was expected") }
    }

    // MARK: Strings

    private mutating func parseString() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        var unescaped: [UInt8]?
        var runStart = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                var content = unescaped ?? []
                content.append(contentsOf: bytes[runStart..<position])
                position += 1
                guard let string = String(validating: content, as: UTF8.self) else {
                    throw error("ill-formed UTF-8", at: firstIllFormed(from: start))
                }
                return string
            case UInt8(ascii: "\\"):
                unescaped = (unescaped ?? []) + bytes[runStart..<position]
                let scalar = try parseEscape()
                unescaped?.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                runStart = position
            case 0..<0x20: throw error("unescaped control character in a string")
            default: position += 1
            }
        }
        throw error("unterminated string")
    }

    private func firstIllFormed(from start: Int) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes[start...].makeIterator()
        var offset = start
        while case .valid(let scalar) = parser.parseScalar(from: &rest) { offset += scalar.count }
        return offset
    }

    private mutating func parseEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        position += 1
        guard position < bytes.count else { throw error("unterminated string") }
        let escape = bytes[position]
        position += 1
        switch escape {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(escape)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try parseUnicodeEscape()
        default: throw error("unknown escape", at: position - 1)
        }
    }

    private mutating func parseUnicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = position - 2
        let unit = try parseHexadecimal()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), consume(UInt8(ascii: "\\")), consume(UInt8(ascii: "u")) else {
            throw error("unpaired surrogate", at: start)
        }
        let trail = try parseHexadecimal()
        let value = 0x10000 + (UInt32(unit) & 0x3FF) << 10 + (UInt32(trail) & 0x3FF)
        guard UTF16.isTrailSurrogate(trail), let scalar = Unicode.Scalar(value) else {
            throw error("unpaired surrogate", at: start)
        }
        return scalar
    }

    private mutating func parseHexadecimal() throws(JSONSyntaxError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw error("four hexadecimal digits were expected")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    // MARK: Cursor

    private mutating func enter() throws(JSONSyntaxError) {
        depth += 1
        guard depth <= StrictJSON.maximumDepth else {
            throw error("nesting deeper than \(StrictJSON.maximumDepth)")
        }
        position += 1
        skipWhitespace()
    }

    private mutating func leave(_ value: JSONValue) -> JSONValue {
        depth -= 1
        return value
    }

    private mutating func consume(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipWhitespace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private func error(_ message: String, at offset: Int? = nil) -> JSONSyntaxError {
        JSONSyntaxError(offset: offset ?? position, message: message)
    }
}
