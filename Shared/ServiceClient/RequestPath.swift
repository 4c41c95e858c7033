/// Paths and queries as a URL takes them.
enum RequestPath {
    /// The path with every byte encoded that RFC 3986 allows in no path and no query; what is encoded already stays.
    ///
    /// Browsers and people send such bytes as they are. Left to a URL parser, one of them would make it encode the `%` of
    /// all others again.
    static func encoded(_ path: String) -> String {
        guard !path.utf8.allSatisfy(isAllowed) else { return path }
        return path.utf8.reduce(into: "") { encoded, byte in
            if isAllowed(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    /// Unreserved characters, sub-delimiters, `:@/?`, and the `%` of what is encoded.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: marks.contains(byte)
        }
    }

    private static let marks = Set("-._~!$&'()*+,;=:@/?%".utf8)
}
