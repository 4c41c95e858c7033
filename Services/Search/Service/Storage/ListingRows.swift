import GRDB
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
    static func listing(_ row: Row) -> Listing {
        var listing = Listing(id: row[0], species: row[2])
        listing.name = row[1]
        listing.primaryColor = row[3]
        listing.secondaryColor = row[4]
        listing.sex = row[5]
        listing.bornOn = row[6]
        listing.intakeOn = row[7]
        listing.intakeCondition = row[8]
        listing.intakeType = row[9]
        listing.reasonForIntake = row[10]
        listing.outcomeOn = row[11]
        listing.outcomeType = row[12]
        listing.jurisdiction = row[13]
        listing.description = row[14]
        return listing
    }

    /// The values in the order of ``fields``.
    static func values(_ listing: Listing) -> [(any DatabaseValueConvertible)?] {
        [
            listing.name, listing.species, listing.primaryColor, listing.secondaryColor, listing.sex, listing.bornOn,
            listing.intakeOn, listing.intakeCondition, listing.intakeType, listing.reasonForIntake, listing.outcomeOn,
            listing.outcomeType, listing.jurisdiction, listing.description,
        ]
    }
}
