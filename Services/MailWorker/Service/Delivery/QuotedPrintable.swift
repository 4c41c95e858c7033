/// The quoted-printable encoding of UTF-8 text (RFC 2045 section 6.7), lines of at most 76 characters.
enum QuotedPrintable {
    private static let maximumLineLength = 76

    static func encode(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { encodeLine(Array($0.utf8)) }
            .joined(separator: "\r\n")
    }

    private static func encodeLine(_ bytes: [UInt8]) -> String {
        var lines = ""
        var current = ""
        for (index, byte) in bytes.enumerated() {
            let isLast = index == bytes.count - 1
            let piece = encode(byte, atLineEnd: isLast)
            // One place is kept for the soft line break's "=".
            if current.utf8.count + piece.utf8.count > maximumLineLength - (isLast ? 0 : 1) {
                lines += current + "=\r\n"
                current = ""
            }
            current += piece
        }
        return lines + current
    }

    private static func encode(_ byte: UInt8, atLineEnd isLast: Bool) -> String {
        let isSpace = byte == 0x20 || byte == 0x09
        let isLiteral = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
        if isLiteral || (isSpace && !isLast) { return String(Unicode.Scalar(byte)) }
        let digits = String(byte, radix: 16, uppercase: true)
        return "=" + (digits.count == 1 ? "0" : "") + digits
    }
}
