import SQLStorage
import SearchDomain

/// How listings are written to and read from rows.
enum ListingRows {
    static let fields = [
        "name", "species", "primaryColor", "secondaryColor", "sex", "bornOn", "intakeOn", "intakeCondition",
        "intakeType", "reasonForIntake", "outcomeOn", "outcomeType", "jurisdiction", "description",
    ]

    /// The columns that ``listing(_:)`` reads, in its order; `listing` must be the table's name in the statement.
    static let columns = (["id"] + fields).map { "listing.\($0)" }.joined(separator: ", ")

    static let columnCount = fields.count + 1

    /// Reads by position, the columns first in the row: looking columns up by name takes longer than the search.
    static func listing(_ text: (Int) throws -> String?) rethrows -> Listing {
        var listing = Listing(id: try text(0) ?? "", species: try text(2) ?? "")
        listing.name = try text(1)
        listing.primaryColor = try text(3)
        listing.secondaryColor = try text(4)
        listing.sex = try text(5)
        listing.bornOn = try text(6)
        listing.intakeOn = try text(7)
        listing.intakeCondition = try text(8)
        listing.intakeType = try text(9)
        listing.reasonForIntake = try text(10)
        listing.outcomeOn = try text(11)
        listing.outcomeType = try text(12)
        listing.jurisdiction = try text(13)
        listing.description = try text(14)
        return listing
    }

    static func listing(_ row: SQLRow) throws -> Listing {
        try listing { try row.optional($0) }
    }

    /// The values in the order of ``fields``.
    static func values(_ listing: Listing) -> [String?] {
        [
            listing.name, listing.species, listing.primaryColor, listing.secondaryColor, listing.sex, listing.bornOn,
            listing.intakeOn, listing.intakeCondition, listing.intakeType, listing.reasonForIntake, listing.outcomeOn,
            listing.outcomeType, listing.jurisdiction, listing.description,
        ]
    }
}
