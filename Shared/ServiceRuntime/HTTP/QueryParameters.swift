public import Hummingbird

/// The parameters of a request's URL, decoded strictly.
public enum QueryParameters {
    /// Names and values in their order; `+` is a space, percent-encoding must be UTF-8.
    ///
    /// - Throws: ``Problem``, 400, for broken percent-encoding.
    public static func parse(_ request: Request) throws(Problem) -> [(name: String, value: String)] {
        guard let query = request.uri.query else { return [] }
        var parameters: [(name: String, value: String)] = []
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decode(pair[0]), let value = decode(pair.count > 1 ? pair[1] : "") else {
                throw Problem(.badRequest, kind: "malformed-query", "The query is not percent-encoded UTF-8.")
            }
            parameters.append((name, value))
        }
        return parameters
    }

    static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
