import SearchDomain
import ServiceRuntime

/// Where a page of results ended: the sort key and number of its last row, good for one query only.
struct SearchPosition: Sendable {
    /// The sort key: an intake date, or a rank's bit pattern.
    var key: String
    var number: Int64

    func cursor(for query: SearchQuery) -> String {
        PageCursor.encode("\(Self.fingerprint(of: query))|\(number)|\(key)")
    }

    /// Reads a cursor; nil when it is none, or one of another query.
    init?(cursor: String, for query: SearchQuery) {
        let parts = PageCursor.decode(cursor)?.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
        guard let parts, parts.count == 3, parts[0] == Self.fingerprint(of: query), let number = Int64(parts[1])
        else { return nil }
        self.number = number
        key = String(parts[2])
    }

    init(key: String, number: Int64) {
        self.key = key
        self.number = number
    }

    /// FNV-1a over the query's key: Swift's own hashes differ between replicas.
    private static func fingerprint(of query: SearchQuery) -> String {
        let key = query.matchKey + query.effectiveSort.rawValue.utf8
        let hash = key.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
