import Synchronization

/// Turns the `?` of statements into the `$1`, `$2`, … that PostgreSQL takes, and remembers what it turned.
final class Placeholders: Sendable {
    /// How many statements are remembered; a program has some dozens.
    static let maximumRemembered = 512

    private let known = Mutex<[String: String]>([:])

    func numbered(_ sql: String) -> String {
        if let numbered = known.withLock({ $0[sql] }) { return numbered }
        let numbered = Self.number(sql)
        known.withLock { known in
            if known.count < Self.maximumRemembered { known[sql] = numbered }
        }
        return numbered
    }

    /// Leaves what stands between quotes as it is.
    static func number(_ sql: String) -> String {
        var result: [UInt8] = []
        var quote: UInt8?
        var count = 0
        for byte in sql.utf8 {
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            }
            if quote == nil, byte == UInt8(ascii: "?") {
                count += 1
                result += Array("$\(count)".utf8)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
