package import InputValidation

/// Reads listings from JSON, with every bad field named.
package enum ListingInput {
    /// The most characters of a one-line field.
    package static let maximumTextLength = 200
    /// The most characters of a description.
    package static let maximumDescriptionLength = 4000

    /// IDs that are no address of a listing: `/v1/listings/import` is another call, and dots are taken out of paths.
    private static let reservedIDs = [".", "..", "import"]
    private static let notReserved = TextRule(
        "reserved",
        message: "must not be one of: " + reservedIDs.joined(separator: ", ")
    ) { !reservedIDs.contains($0) }
    private static let idRules = [TextRule.identifier, notReserved]

    /// A listing sent to its own address: the ID in the body is optional and must be that of the path.
    package static func listing(_ json: JSONValue, id: String) throws(InvalidInput) -> Listing {
        var fields = ObjectFields(json)
        if let sent = fields.optionalText("id", .identifier), sent != id {
            fields.reject("id", rule: "mismatch", message: "must be the ID in the path")
        }
        for rule in idRules where !rule.isSatisfied(by: id) {
            fields.reject("id", rule: rule.name, message: rule.message)
        }
        return try read(&fields, id: id)
    }

    /// A line of an import, whose ID may be called `animalID`.
    package static func importLine(_ json: JSONValue) throws(InvalidInput) -> Listing {
        var fields = ObjectFields(json)
        let id = fields.optionalText("id", .identifier, notReserved)
        let animalID = fields.optionalText("animalID", .identifier, notReserved)
        if let id, let animalID, id != animalID {
            fields.reject("animalID", rule: "mismatch", message: "must be the same as id where both are sent")
        }
        if (json["id"] ?? .null) == .null, (json["animalID"] ?? .null) == .null {
            fields.reject("id", rule: "required", message: "is required; animalID is accepted as its name")
        }
        return try read(&fields, id: id ?? animalID ?? "")
    }

    private static func read(_ fields: inout ObjectFields, id: String) throws(InvalidInput) -> Listing {
        let species = fields.text("species", .notBlank, .length(1...maximumTextLength), .noControlCharacters)
        var listing = Listing(id: id, species: species)
        listing.name = line("name", &fields)
        listing.primaryColor = line("primaryColor", &fields)
        listing.secondaryColor = line("secondaryColor", &fields)
        listing.sex = line("sex", &fields)
        listing.bornOn = fields.optionalText("bornOn", .calendarDate)
        listing.intakeOn = fields.optionalText("intakeOn", .calendarDate)
        listing.intakeCondition = line("intakeCondition", &fields)
        listing.intakeType = line("intakeType", &fields)
        listing.reasonForIntake = line("reasonForIntake", &fields)
        listing.outcomeOn = fields.optionalText("outcomeOn", .calendarDate)
        listing.outcomeType = line("outcomeType", &fields)
        listing.jurisdiction = line("jurisdiction", &fields)
        listing.description = fields.optionalText(
            "description",
            .length(0...maximumDescriptionLength),
            .noControlCharactersButLineBreaks
        )
        try fields.finish()
        return listing
    }

    private static func line(_ key: String, _ fields: inout ObjectFields) -> String? {
        fields.optionalText(key, .length(1...maximumTextLength), .noControlCharacters)
    }
}
