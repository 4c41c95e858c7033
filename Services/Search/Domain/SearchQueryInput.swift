package import InputValidation

/// Reads a search from the parameters of its URL, with every bad one named.
package enum SearchQueryInput {
    private static let names: Set<String> = [
        "q", "species", "color", "sex", "jurisdiction", "outcome", "intakeFrom", "intakeTo", "sort", "limit", "cursor",
    ]

    /// Reads the parameters; each may be there once.
    package static func query(_ parameters: [(name: String, value: String)]) throws(InvalidInput) -> SearchQuery {
        var reader = Reader(parameters: parameters)
        var query = SearchQuery()
        if let text = reader.text("q", .length(1...SearchTerm.maximumLength), .noControlCharacters) {
            query.terms = SearchTerm.parse(text)
            if query.terms.isEmpty { reader.reject("q", "words", "must contain a letter or a digit") }
        }
        query.species = reader.filter("species")
        query.color = reader.filter("color")
        query.sex = reader.filter("sex")
        query.jurisdiction = reader.filter("jurisdiction")
        query.outcome = reader.filter("outcome")
        query.intakeFrom = reader.text("intakeFrom", .calendarDate)
        query.intakeTo = reader.text("intakeTo", .calendarDate)
        if let sort = reader.text("sort", .oneOf(SearchQuery.Sort.allCases.map(\.rawValue))) {
            query.sort = SearchQuery.Sort(rawValue: sort) ?? .relevance
        }
        if let limit = reader.text("limit", Self.limitRule) { query.limit = Int(limit) ?? query.limit }
        query.cursor = reader.text("cursor", .bytes(1...1024))
        for parameter in parameters where !names.contains(parameter.name) {
            reader.reject(parameter.name, "unknown", "is not a parameter of this search")
        }
        guard reader.errors.isEmpty else { throw InvalidInput(reader.errors) }
        return query
    }

    private static let limitRule = TextRule("range", message: "must be a whole number from 1 to 100") { text in
        Int(text).map((1...100).contains) ?? false
    }

    private struct Reader {
        let parameters: [(name: String, value: String)]
        var errors: [FieldError] = []

        mutating func filter(_ name: String) -> String? {
            text(name, .length(1...ListingInput.maximumTextLength), .noControlCharacters)
        }

        mutating func text(_ name: String, _ rules: TextRule...) -> String? {
            let values = parameters.filter { $0.name == name }.map(\.value)
            guard let value = values.first else { return nil }
            if values.count > 1 { reject(name, "repeated", "must be there only once") }
            let failed = rules.filter { !$0.isSatisfied(by: value) }
            for rule in failed { reject(name, rule.name, rule.message) }
            return failed.isEmpty ? value : nil
        }

        mutating func reject(_ name: String, _ rule: String, _ message: String) {
            let pointer = JSONPointer.root.appending(name).description
            errors.append(FieldError(pointer: pointer, rule: rule, message: message))
        }
    }
}
