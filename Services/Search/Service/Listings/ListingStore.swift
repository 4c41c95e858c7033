import GRDB
import SearchDomain
import ServiceRuntime

/// The listings, by ID.
struct ListingStore: Sendable {
    let database: any DatabaseWriter

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
        try await database.read { try Self.fetch(id, in: $0) }
    }

    /// Writes a listing if what stood there before meets the precondition.
    func put(_ listing: Listing, if precondition: Precondition) async throws -> WriteOutcome {
        try await database.write { database in
            let existing = try Self.fetch(listing.id, in: database)
            guard precondition.holds(for: existing?.version) else { return .conflict }
            let next = try Self.noteChange(in: database)
            guard existing != nil else {
                try Self.insert(listing, version: next, in: database)
                return .created(version: next)
            }
            try Self.update(listing, version: next, in: database)
            return .replaced(version: next)
        }
    }

    /// Removes a listing; nil when there was none, false when it does not meet the precondition.
    func delete(id: String, if precondition: Precondition) async throws -> Bool? {
        try await database.write { database in
            guard let existing = try Self.fetch(id, in: database) else { return nil }
            guard precondition.holds(for: existing.version) else { return false }
            try database.execute(sql: "DELETE FROM listing WHERE id = ?", arguments: [id])
            _ = try Self.noteChange(in: database)
            return true
        }
    }

    /// Takes the listings of an import in one transaction: the later state of each animal stays.
    func merge(_ listings: [Listing]) async throws -> [MergeOutcome] {
        try await database.write { database in
            try listings.map { listing -> MergeOutcome in
                guard let existing = try Self.fetch(listing.id, in: database) else {
                    try Self.insert(listing, version: try Self.noteChange(in: database), in: database)
                    return .accepted
                }
                guard listing.supersedes(existing.listing) else { return .unchanged }
                try Self.update(listing, version: try Self.noteChange(in: database), in: database)
                return .replaced
            }
        }
    }

    private static func fetch(_ id: String, in database: Database) throws -> Versioned? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(ListingRows.columns), version FROM listing WHERE id = ?"
        )
        return try Row.fetchOne(statement, arguments: [id]).map { row in
            Versioned(listing: ListingRows.listing(row), version: row["version"])
        }
    }

    private static let insertion = """
        INSERT INTO listing (id, version, facets, \(ListingRows.fields.joined(separator: ", ")))
        VALUES (?, ?, ?, \(ListingRows.fields.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let replacement = """
        UPDATE listing SET version = ?, facets = ?, \(ListingRows.fields.map { "\($0) = ?" }.joined(separator: ", "))
        WHERE id = ?
        """

    private static func insert(_ listing: Listing, version: Int, in database: Database) throws {
        let facets = try FacetGroups.number(of: listing, in: database)
        let statement = try database.cachedStatement(sql: insertion)
        try statement.execute(
            arguments: StatementArguments([listing.id, version, facets] + ListingRows.values(listing))
        )
    }

    private static func update(_ listing: Listing, version: Int, in database: Database) throws {
        let facets = try FacetGroups.number(of: listing, in: database)
        let statement = try database.cachedStatement(sql: replacement)
        try statement.execute(
            arguments: StatementArguments([version, facets] + ListingRows.values(listing) + [listing.id])
        )
    }

    /// Counts one change of the catalogue; its number is the changed listing's version.
    ///
    /// No two states of a listing have the same version, even when it was removed and has come back.
    private static func noteChange(in database: Database) throws -> Int {
        let statement = try database.cachedStatement(
            sql: "UPDATE catalogue SET generation = generation + 1 RETURNING generation"
        )
        guard let generation = try Int.fetchOne(statement) else {
            throw DatabaseError(message: "the catalogue has no generation")
        }
        return generation
    }
}
