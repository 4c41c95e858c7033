/// The target of a request as it was sent.
enum RequestTarget {
    /// Whether a target can be passed on as it is: well formed, and made of what RFC 3986 allows in paths and queries.
    static func isPlain(_ target: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < target.count {
            let byte = target[index]
            guard plain[Int(byte)] else { return false }
            if byte == UInt8(ascii: "%") {
                guard index + 2 < target.count, isHexadecimal(target[index + 1]), isHexadecimal(target[index + 2])
                else { return false }
                index += 2
            }
            index += 1
        }
        return true
    }

    private static let plain: [Bool] = {
        let marks = Set("-._~!$&'()*+,;=:@/?%".utf8)
        return (UInt8.min...UInt8.max).map { byte in
            let letter = byte | 0x20
            return marks.contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
        }
    }()

    /// Whether every `%` is followed by two hexadecimal digits (RFC 3986 section 2.1).
    ///
    /// What is not would be encoded once more on its way to a service, and would mean something else there.
    static func isWellFormed(_ target: String) -> Bool {
        var bytes = target.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else { continue }
            guard let high = bytes.next(), isHexadecimal(high), let low = bytes.next(), isHexadecimal(low) else {
                return false
            }
        }
        return true
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        Character(Unicode.Scalar(byte)).isHexDigit
    }
}
