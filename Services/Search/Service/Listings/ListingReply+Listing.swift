import SearchContract
import SearchDomain

extension ListingReply {
    /// The wire form of a listing.
    init(_ listing: Listing) {
        self.init(id: listing.id, species: listing.species)
        name = listing.name
        primaryColor = listing.primaryColor
        secondaryColor = listing.secondaryColor
        sex = listing.sex
        bornOn = listing.bornOn
        intakeOn = listing.intakeOn
        intakeCondition = listing.intakeCondition
        intakeType = listing.intakeType
        reasonForIntake = listing.reasonForIntake
        outcomeOn = listing.outcomeOn
        outcomeType = listing.outcomeType
        jurisdiction = listing.jurisdiction
        description = listing.description
    }
}
