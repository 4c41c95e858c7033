/// The target of a request as it was sent.
enum RequestTarget {
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
