#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A statement's text, told from others byte by byte.
///
/// To Swift, canonically equivalent texts are equal; to SQLite, what they say in quotes differs.
struct StatementText: Hashable {
    let text: String

    static func == (left: Self, right: Self) -> Bool {
        let count = left.text.utf8.count
        return left.withBytes { left in
            right.withBytes { right in
                guard left.count == right.count else { return false }
                guard let left = left.baseAddress, let right = right.baseAddress else { return true }
                return memcmp(left, right, count) == 0
            }
        }
    }

    func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: $0) }
    }

    private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var text = text
        return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
