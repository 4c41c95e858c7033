import SQLStorage
import SearchDomain
import Synchronization

/// The combinations of facet values that occur, as this process knows them.
///
/// Groups are only ever added, so that what was read once stays right; an unknown number makes the rest be read.
final class FacetGroups: Sendable {
    /// The facets, in the order of a group's values.
    static let names = ["species", "color", "sex", "jurisdiction", "outcome"]

    /// The values of every group as numbers, and the texts behind the numbers, facet by facet.
    struct Table {
        /// By group: the index into ``texts`` of each facet's value; nil for an unknown value.
        fileprivate(set) var groups: [Int64: [Int?]] = [:]
        fileprivate(set) var texts = [[String]](repeating: [], count: FacetGroups.names.count)
        fileprivate var indices = [[[UInt8]: Int]](repeating: [:], count: FacetGroups.names.count)
        fileprivate var last: Int64 = 0
    }

    private let table = Mutex(Table())

    /// Tallies counts by group into counts by value, for each facet.
    ///
    /// - Parameters:
    ///   - counts: How many listings each group has.
    ///   - session: Where groups are read that are not known yet.
    /// - Returns: For each facet in the order of ``names``, its values that occur and how many listings have them.
    /// - Throws: `SQLError` when groups cannot be read.
    func tally(_ counts: [(group: Int64, count: Int)], in session: any SQLSession) throws
        -> [[(value: String, count: Int)]]
    {
        let last = table.withLock { table in
            counts.contains { table.groups[$0.group] == nil } ? table.last : nil
        }
        // Outside of the lock, where nobody waits for the database of somebody else.
        let rest = try last.map { try Self.rows(after: $0, in: session) } ?? []
        return try table.withLock { table in
            try Self.take(rest, into: &table)
            var tallies = table.texts.map { [Int](repeating: 0, count: $0.count) }
            for (group, count) in counts {
                for (facet, value) in (table.groups[group] ?? []).enumerated() {
                    if let value { tallies[facet][value] += count }
                }
            }
            return zip(table.texts, tallies).map { texts, tally in
                zip(texts, tally).filter { $0.1 > 0 }.map { (value: $0.0, count: $0.1) }
            }
        }
    }

    private static func rows(after last: Int64, in session: any SQLSession) throws -> [SQLRow] {
        try session.rows(
            "SELECT id, species, color, sex, jurisdiction, outcome FROM facet_group WHERE id > ? ORDER BY id",
            [last]
        )
    }

    private static func take(_ rows: [SQLRow], into table: inout Table) throws {
        for row in rows {
            let number: Int64 = try row[0]
            // Somebody else may have been here meanwhile.
            guard number > table.last else { continue }
            table.last = number
            table.groups[table.last] = try names.indices.map { facet in
                let text: String = try row[facet + 1]
                guard !text.isEmpty else { return nil }
                // Bytes, since canonically equivalent texts are different values to the database.
                let bytes = Array(text.utf8)
                if let known = table.indices[facet][bytes] { return known }
                table.texts[facet].append(text)
                table.indices[facet][bytes] = table.texts[facet].count - 1
                return table.texts[facet].count - 1
            }
        }
    }

    /// The numbers of listings' groups, for the length of a transaction that alone adds groups.
    struct Numbers {
        private var known: [[UInt8]: Int64] = [:]

        /// The number of a listing's group, which is added when it is the first of its kind.
        mutating func number(of listing: Listing, in session: any SQLSession) throws -> Int64 {
            let values = [
                listing.species, listing.primaryColor ?? "", listing.sex ?? "", listing.jurisdiction ?? "",
                listing.outcomeType ?? "",
            ]
            // Bytes, as above; 0xFF is no part of any UTF-8.
            let key = values.reduce(into: [UInt8]()) { $0 += Array($1.utf8) + [0xFF] }
            if let number = known[key] { return number }
            let number = try Self.number(values, in: session)
            known[key] = number
            return number
        }

        private static func number(_ values: [String], in session: any SQLSession) throws -> Int64 {
            let found: Int64? = try session.value(
                """
                SELECT id FROM facet_group
                WHERE species = ? AND color = ? AND sex = ? AND jurisdiction = ? AND outcome = ?
                """,
                values
            )
            if let found { return found }
            let row = try session.row(
                """
                INSERT INTO facet_group (species, color, sex, jurisdiction, outcome) VALUES (?, ?, ?, ?, ?)
                RETURNING id
                """,
                values
            )
            guard let row else { throw SQLError(.unexpected, "a group that was added has no number") }
            return try row[0]
        }
    }
}
