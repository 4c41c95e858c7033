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

    /// Whether this record, arriving after `other`, is to replace it.
    ///
    /// The later intake wins; of one intake, a record with an outcome wins over one without, and the later outcome wins.
    /// Between records of one state the one that arrives later wins, as a correction, unless they say the same.
    package func supersedes(_ other: Listing) -> Bool {
        let (own, others) = (stateKey, other.stateKey)
        return own == others ? contents != other.contents : others.lexicographicallyPrecedes(own)
    }

    /// The dates that decide; ISO dates order as text, and nothing comes before any date.
    private var stateKey: [String] {
        [intakeOn ?? "", outcomeOn ?? ""]
    }

    /// All fields as bytes: canonically equivalent texts are different contents.
    private var contents: [UInt8] {
        let texts = [
            outcomeType, name, species, primaryColor, secondaryColor, sex, bornOn, intakeCondition, intakeType,
            reasonForIntake, jurisdiction, description,
        ]
        return texts.reduce(into: []) { bytes, text in
            // No text holds a NUL, so that these bytes tell nil from empty and one field from the next.
            bytes.append(text == nil ? 1 : 2)
            bytes.append(contentsOf: (text ?? "").utf8)
            bytes.append(0)
        }
    }
}
