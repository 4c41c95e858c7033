import SearchDomain

/// The conditions that select what a search asks for, and the arguments that go with them.
struct SearchFilter {
    private(set) var conditions: [String] = []
    private(set) var arguments: [String] = []

    /// - Parameters:
    ///   - query: The search.
    ///   - text: The engine's condition for the search's words and its argument; nil when there are none.
    init(_ query: SearchQuery, text: (condition: String, argument: String)?) {
        if let text { add(text.condition, text.argument) }
        add("listing.species = ?", query.species)
        add("listing.sex = ?", query.sex)
        add("listing.jurisdiction = ?", query.jurisdiction)
        add("listing.outcomeType = ?", query.outcome)
        add("listing.intakeOn >= ?", query.intakeFrom)
        add("listing.intakeOn <= ?", query.intakeTo)
        if let color = query.color {
            conditions.append("(listing.primaryColor = ? OR listing.secondaryColor = ?)")
            arguments += [color, color]
        }
    }

    /// The `WHERE` clause, empty where everything is asked for; `more` is one more condition.
    func clause(and more: String? = nil) -> String {
        let all = conditions + (more.map { [$0] } ?? [])
        return all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND ")
    }

    private mutating func add(_ condition: String, _ value: String?) {
        guard let value else { return }
        conditions.append(condition)
        arguments.append(value)
    }
}
