import GRDB
import SearchDomain

/// How listings are written to and read from rows.
enum ListingRows {
    static let fields = [
        "name", "species", "primaryColor", "secondaryColor", "sex", "bornOn", "intakeOn", "intakeCondition",
        "intakeType", "reasonForIntake", "outcomeOn", "outcomeType", "jurisdiction", "description",
    ]

    static func listing(_ row: Row) -> Listing {
        var listing = Listing(id: row["id"], species: row["species"])
        listing.name = row["name"]
        listing.primaryColor = row["primaryColor"]
        listing.secondaryColor = row["secondaryColor"]
        listing.sex = row["sex"]
        listing.bornOn = row["bornOn"]
        listing.intakeOn = row["intakeOn"]
        listing.intakeCondition = row["intakeCondition"]
        listing.intakeType = row["intakeType"]
        listing.reasonForIntake = row["reasonForIntake"]
        listing.outcomeOn = row["outcomeOn"]
        listing.outcomeType = row["outcomeType"]
        listing.jurisdiction = row["jurisdiction"]
        listing.description = row["description"]
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
