/// Random identifiers written in lower-case hexadecimal, as W3C Trace Context wants them.
enum HexadecimalID {
    /// Makes an identifier of `bytes` random bytes that are not all zero.
    static func make(bytes: Int, using generator: inout some RandomNumberGenerator) -> String {
        var digits = ""
        repeat {
            digits = ""
            for _ in 0..<bytes {
                let byte: UInt8 = generator.next()
                digits += (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
            }
        } while digits.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
        return digits
    }

    /// Whether `text` is `count` lower-case hexadecimal digits that are not all zero.
    static func isValid(_ text: some StringProtocol, digits count: Int) -> Bool {
        text.utf8.count == count && areDigits(text) && !text.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
    }

    /// Whether `text` consists of lower-case hexadecimal digits.
    static func areDigits(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }
}
