/// An animal as the board shows it.
package struct Listing: Hashable, Sendable {
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

    /// Whether this is a later state of the same animal than `other`.
    ///
    /// The later intake wins. Records of one day are ordered by outcome, an open one last, and then by their contents,
    /// so that the winner does not depend on the order in which they arrive and importing a file again changes nothing.
    package func supersedes(_ other: Listing) -> Bool {
        other.orderingKey.lexicographicallyPrecedes(orderingKey)
    }

    /// The fields in the order in which they decide, as bytes: canonically equivalent texts are different contents.
    private var orderingKey: [UInt8] {
        let openOutcome = "9999-99-99"
        let texts = [
            intakeOn ?? "", outcomeOn ?? openOutcome, outcomeType ?? "", name ?? "", species, primaryColor ?? "",
            secondaryColor ?? "", sex ?? "", bornOn ?? "", intakeCondition ?? "", intakeType ?? "",
            reasonForIntake ?? "", jurisdiction ?? "", description ?? "",
        ]
        return texts.reduce(into: []) { key, text in
            key.append(contentsOf: text.utf8)
            key.append(0)
        }
    }
}
