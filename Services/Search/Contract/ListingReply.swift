/// A listing on the wire; an unknown field is left out.
package struct ListingReply: Codable, Sendable, Equatable {
    package var id: String
    package var name: String?
    package var species: String
    package var primaryColor: String?
    package var secondaryColor: String?
    package var sex: String?
    package var bornOn: String?
    package var intakeOn: String?
    package var intakeCondition: String?
    package var intakeType: String?
    package var reasonForIntake: String?
    package var outcomeOn: String?
    package var outcomeType: String?
    package var jurisdiction: String?
    package var description: String?

    package init(id: String, species: String) {
        self.id = id
        self.species = species
    }
}
