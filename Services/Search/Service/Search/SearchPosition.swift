import SearchDomain
import ServiceRuntime

/// Where a page of results ended: the sort key and number of its last row, good for one query only.
struct SearchPosition: Sendable {
    /// The sort key: an intake date, or a rank's bit pattern.
    var key: String
    var number: Int64

    func cursor(for query: SearchQuery) -> String {
        PageCursor.encode("\(fingerprint(for: query))|\(number)|\(key)")
    }

    /// Reads a cursor; nil when it is none, one of another query, or not as it was given out.
    init?(cursor: String, for query: SearchQuery) {
        let parts = PageCursor.decode(cursor)?.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false)
        guard let parts, parts.count == 3, let number = Int64(parts[1]) else { return nil }
        self.init(key: String(parts[2]), number: number)
        guard self.cursor(for: query) == cursor else { return nil }
    }

    init(key: String, number: Int64) {
        self.key = key
        self.number = number
    }

    /// A rank as a key: it keeps all its bits on the way through a cursor.
    static func key(rank: Double) -> String { String(rank.bitPattern) }

    /// The rank that the key is; 0 when it is none.
    var rank: Double { UInt64(key).map(Double.init(bitPattern:)) ?? 0 }

    /// FNV-1a over the query's key and the position: Swift's own hashes differ between replicas.
    private func fingerprint(for query: SearchQuery) -> String {
        let text = query.matchKey + "\(query.effectiveSort.rawValue)|\(number)|\(key)".utf8
        let hash = text.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }
}
