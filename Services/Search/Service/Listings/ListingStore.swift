import Logging
import SQLStorage
import SearchDomain
import ServiceRuntime

/// The listings, by ID.
///
/// Changes take turns: each takes the catalogue's row first, so that generations are given out in their order.
struct ListingStore: Sendable {
    let database: any SQLDatabase
    let index: ListingIndex

    /// A listing with the version its entity tag is made of.
    struct Versioned: Sendable {
        var listing: Listing
        var version: Int
    }

    /// What a write did.
    enum WriteOutcome: Sendable {
        case created(version: Int)
        case replaced(version: Int)
        /// What stood there does not meet the precondition.
        case conflict
    }

    /// What a listing of an import did.
    enum MergeOutcome: Hashable, Sendable {
        case accepted, replaced, unchanged
    }

    /// The listing with this ID, or nil.
    func listing(id: String) async throws -> Versioned? {
        try await database.read { try Self.fetch([id], in: $0)[Array(id.utf8)] }
    }

    /// Writes a listing if what stood there before meets the precondition.
    func put(_ listing: Listing, if precondition: Precondition) async throws -> WriteOutcome {
        try await change { [index] session, change in
            let existing = try Self.fetch([listing.id], in: session)[Array(listing.id.utf8)]
            guard precondition.holds(for: existing?.version) else { return .conflict }
            let version = try change.write(listing, replacing: existing != nil, index, in: session)
            return existing == nil ? .created(version: version) : .replaced(version: version)
        }
    }

    /// Removes a listing; nil when there was none, false when it does not meet the precondition.
    func delete(id: String, if precondition: Precondition) async throws -> Bool? {
        try await change { session, change in
            guard let existing = try Self.fetch([id], in: session)[Array(id.utf8)] else { return nil }
            guard precondition.holds(for: existing.version) else { return false }
            try session.execute("DELETE FROM listing WHERE id = ?", [id])
            change.note()
            return true
        }
    }

    /// Takes the listings of an import in one transaction: the later state of each animal stays.
    func merge(_ listings: [Listing]) async throws -> [MergeOutcome] {
        try await change { [index] session, change in
            var states = try Self.fetch(listings.map(\.id), in: session).mapValues(\.listing)
            return try listings.map { listing in
                let id = Array(listing.id.utf8)
                let existing = states[id]
                if let existing, !listing.supersedes(existing) { return .unchanged }
                _ = try change.write(listing, replacing: existing != nil, index, in: session)
                states[id] = listing
                return existing == nil ? .accepted : .replaced
            }
        }
    }

    /// After how many changes at once the engine looks at the catalogue anew.
    static let manyChanges = 1000

    /// Has the engine look at what an import has made of the catalogue; the import stands, whatever becomes of that.
    ///
    /// PostgreSQL does so by itself within a minute. Until then its plans are those for an empty table, and searches take
    /// a hundred times as long.
    func keepUp(after changes: Int) async {
        guard changes >= Self.manyChanges else { return }
        do {
            try await database.writeClaiming { [index] session in
                for statement in index.upkeep { _ = try session.rows(statement) }
            }
        } catch {
            Logger.current.warning("the catalogue's statistics are not up to date", metadata: ["error": "\(error)"])
        }
    }

    /// How many listings are asked for at a time, so that there are two texts of the statement and not hundreds.
    private static let pieceLength = 100

    /// The listings that are there, by the bytes of their IDs: canonically equivalent IDs are different ones.
    private static func fetch(_ ids: [String], in session: any SQLSession) throws -> [[UInt8]: Versioned] {
        var found: [[UInt8]: Versioned] = [:]
        var rest = ids[...]
        while let last = rest.last {
            var piece = Array(rest.prefix(pieceLength))
            rest = rest.dropFirst(pieceLength)
            if ids.count > 1 { piece += repeatElement(last, count: pieceLength - piece.count) }
            let marks = repeatElement("?", count: piece.count).joined(separator: ", ")
            let sql = "SELECT \(ListingRows.columns), version FROM listing WHERE id IN (\(marks))"
            for row in try session.rows(sql, piece) {
                let listing = try ListingRows.listing(row)
                found[Array(listing.id.utf8)] = Versioned(listing: listing, version: try row[ListingRows.columnCount])
            }
        }
        return found
    }

    /// Runs a change of the catalogue alone, and counts what it did.
    private func change<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession, inout CatalogueChange) throws -> Value
    ) async throws -> Value {
        try await database.writeClaiming { [dialect = database.dialect] session in
            let generation: Int? = try session.value("SELECT generation FROM catalogue \(dialect.locking)")
            guard let generation else { throw SQLError(.unexpected, "the catalogue has no generation") }
            var change = CatalogueChange(generation: generation)
            let value = try body(session, &change)
            if change.generation != generation {
                try session.execute("UPDATE catalogue SET generation = ?", [change.generation])
            }
            return value
        }
    }
}

/// The changes of one transaction.
///
/// Each has a number, which is the changed listing's version: no two states of a listing have the same version, even
/// when it was removed and has come back.
private struct CatalogueChange {
    private(set) var generation: Int
    private var groups = FacetGroups.Numbers()

    init(generation: Int) {
        self.generation = generation
    }

    /// Counts a change.
    mutating func note() {
        generation += 1
    }

    /// Writes a listing; its version.
    mutating func write(
        _ listing: Listing,
        replacing: Bool,
        _ index: ListingIndex,
        in session: any SQLSession
    ) throws -> Int {
        note()
        let facets = try groups.number(of: listing, in: session)
        let values: [(any SQLConvertible)?] =
            [generation, facets] + ListingRows.values(listing) + (try index.values(listing)) + [listing.id]
        try session.execute(replacing ? index.replacement : index.insertion, values)
        return generation
    }
}
