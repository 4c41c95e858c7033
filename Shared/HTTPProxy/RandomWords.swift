#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Random words of the system's generator, fetched in bulk: a system call for each word would be felt on every request.
struct RandomWords {
    private static let count = 256

    private var words = [UInt64](repeating: 0, count: Self.count)
    private var next = Self.count

    /// The next word, never 0, so that it can stand in an identifier.
    mutating func word() -> UInt64 {
        while true {
            if next == Self.count { refill() }
            defer { next += 1 }
            if words[next] != 0 { return words[next] }
        }
    }

    private mutating func refill() {
        words.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { arc4random_buf(start, bytes.count) }
        }
        next = 0
    }
}
