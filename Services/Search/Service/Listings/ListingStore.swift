import GRDB
import SearchDomain

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
        /// The version is not what the caller expects, or there is no listing where one was expected.
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

    /// Writes a listing, whatever stood there before unless `version` says what must have.
    func put(_ listing: Listing, ifVersion version: Int?) async throws -> WriteOutcome {
        try await database.write { database in
            let existing = try Self.fetch(listing.id, in: database)
            guard version == nil || version == existing?.version else { return .conflict }
            guard let existing else {
                try Self.insert(listing, in: database)
                try Self.noteChange(in: database)
                return .created(version: 1)
            }
            try Self.update(listing, in: database)
            try Self.noteChange(in: database)
            return .replaced(version: existing.version + 1)
        }
    }

    /// Removes a listing; nil when there was none, false when its version is another.
    func delete(id: String, ifVersion version: Int?) async throws -> Bool? {
        try await database.write { database in
            guard let existing = try Self.fetch(id, in: database) else { return nil }
            guard version == nil || version == existing.version else { return false }
            try database.execute(sql: "DELETE FROM listing WHERE id = ?", arguments: [id])
            try Self.noteChange(in: database)
            return true
        }
    }

    /// Takes the listings of an import in one transaction: the later state of each animal stays.
    func merge(_ listings: [Listing]) async throws -> [MergeOutcome] {
        try await database.write { database in
            let outcomes = try listings.map { listing -> MergeOutcome in
                guard let existing = try Self.fetch(listing.id, in: database) else {
                    try Self.insert(listing, in: database)
                    return .accepted
                }
                guard listing.supersedes(existing.listing) else { return .unchanged }
                try Self.update(listing, in: database)
                return .replaced
            }
            if outcomes.contains(where: { $0 != .unchanged }) { try Self.noteChange(in: database) }
            return outcomes
        }
    }

    private static func fetch(_ id: String, in database: Database) throws -> Versioned? {
        let statement = try database.cachedStatement(sql: "SELECT \(ListingRows.columns), version FROM listing WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map { row in
            Versioned(listing: ListingRows.listing(row), version: row["version"])
        }
    }

    private static let insertion = """
        INSERT INTO listing (id, facets, \(ListingRows.fields.joined(separator: ", ")))
        VALUES (?, ?, \(ListingRows.fields.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let replacement = """
        UPDATE listing SET version = version + 1, facets = ?, \(ListingRows.fields.map { "\($0) = ?" }.joined(separator: ", "))
        WHERE id = ?
        """

    private static func insert(_ listing: Listing, in database: Database) throws {
        let facets = try FacetGroups.number(of: listing, in: database)
        let statement = try database.cachedStatement(sql: insertion)
        try statement.execute(arguments: StatementArguments([listing.id, facets] + ListingRows.values(listing)))
    }

    private static func update(_ listing: Listing, in database: Database) throws {
        let facets = try FacetGroups.number(of: listing, in: database)
        let statement = try database.cachedStatement(sql: replacement)
        try statement.execute(arguments: StatementArguments([facets] + ListingRows.values(listing) + [listing.id]))
    }

    private static func noteChange(in database: Database) throws {
        try database.execute(sql: "UPDATE catalogue SET generation = generation + 1")
    }
}
