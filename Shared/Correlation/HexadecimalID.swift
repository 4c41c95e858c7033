/// Random identifiers written in lower-case hexadecimal, as W3C Trace Context wants them.
enum HexadecimalID {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Makes an identifier of `bytes` random bytes, a multiple of eight, that are not all zero.
    static func make(bytes: Int, using generator: inout some RandomNumberGenerator) -> String {
        var text: [UInt8] = []
        repeat {
            text.removeAll(keepingCapacity: true)
            for _ in 0..<(bytes / 8) {
                let word: UInt64 = generator.next()
                for shift in stride(from: 60, through: 0, by: -4) {
                    text.append(digits[Int(truncatingIfNeeded: word >> UInt64(shift)) & 15])
                }
            }
        } while text.allSatisfy { $0 == UInt8(ascii: "0") }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether `text` is `count` lower-case hexadecimal digits that are not all zero.
    static func isValid(_ text: some StringProtocol, digits count: Int) -> Bool {
        text.utf8.count == count && areDigits(text) && !text.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
    }

    /// Whether `text` consists of lower-case hexadecimal digits.
    static func areDigits(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }
}
