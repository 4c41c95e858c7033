import GRDB
import SearchDomain

/// The SQL of a search: conditions that select matching rows, and the arguments that go with them.
struct SearchStatement {
    /// How much a match counts in each indexed column, in the order of the index's columns: the name counts most.
    static let weights = "10.0, 4.0, 3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0"

    let isFullText: Bool
    private(set) var conditions: [String] = []
    private(set) var arguments = StatementArguments()

    init(_ query: SearchQuery) {
        isFullText = !query.terms.isEmpty
        if isFullText { add("listing_text MATCH ?", Self.matchExpression(query.terms)) }
        add("species = ?", query.species)
        add("sex = ?", query.sex)
        add("jurisdiction = ?", query.jurisdiction)
        add("outcomeType = ?", query.outcome)
        add("intakeOn >= ?", query.intakeFrom)
        add("intakeOn <= ?", query.intakeTo)
        if let color = query.color {
            conditions.append("(listing.primaryColor = ? OR listing.secondaryColor = ?)")
            arguments += [color, color]
        }
    }

    /// The index comes first, always: `CROSS JOIN` keeps SQLite from walking all listings of a species instead.
    var source: String {
        isFullText ? "listing_text CROSS JOIN listing ON listing.number = listing_text.rowid" : "listing"
    }

    /// The index alone, where nothing but words is asked for.
    var narrowSource: String {
        conditions.count == 1 && isFullText ? "listing_text" : source
    }

    var filter: String {
        conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    }

    mutating func add(_ condition: String, arguments more: StatementArguments) {
        conditions.append(condition)
        arguments += more
    }

    private mutating func add(_ condition: String, _ value: String?) {
        guard let value else { return }
        conditions.append(condition.hasPrefix("listing_text") ? condition : "listing." + condition)
        arguments += [value]
    }

    /// The terms in FTS5's language.
    ///
    /// Every word is quoted, so that no text can be an operator.
    static func matchExpression(_ terms: [SearchTerm]) -> String {
        terms.map { term in
            switch term {
            case .word(let word): quoted(word)
            case .prefix(let beginning): quoted(beginning) + " *"
            case .phrase(let words): quoted(words.joined(separator: " "))
            }
        }.joined(separator: " AND ")
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
