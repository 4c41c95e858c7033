import SQLiteStorage
import SearchDomain

/// Makes the text vectors and text queries of PostgreSQL (section 8.11) from the words that SQLite's index would see.
///
/// PostgreSQL's own parser splits texts in other places and keeps diacritics. Both engines find the same listings since
/// the same tokenizer has split and folded the words of both.
struct TextVectors: Sendable {
    /// How far the words of one field are from those of the next, so that no phrase goes across.
    private static let gap = 2
    /// Positions end here, and words are no longer (section 8.11.1).
    private static let lastPosition = 16_383
    private static let maximumBytes = 2046

    /// As in the table's definition for SQLite.
    private let tokenizer: FTS5Tokenizer

    init() throws {
        tokenizer = try FTS5Tokenizer(["remove_diacritics", "2"])
    }

    /// The vector of a listing: each word with its places and the weight of its field, A to D.
    func vector(of listing: Listing) throws -> String {
        let fields: [(text: String?, weight: Character)] = [
            (listing.name, "A"), (listing.species, "B"), (listing.primaryColor, "C"), (listing.secondaryColor, "C"),
            (listing.sex, "D"), (listing.intakeCondition, "D"), (listing.intakeType, "D"),
            (listing.reasonForIntake, "C"), (listing.outcomeType, "D"), (listing.jurisdiction, "D"),
            (listing.description, "D"),
        ]
        let words = try split(fields.map { $0.text ?? "" })
        // By bytes: canonically equivalent words are different ones.
        var places: [[UInt8]: [String]] = [:]
        var position = 0
        for (field, words) in zip(fields, words) {
            for word in words {
                position = min(position + 1, Self.lastPosition)
                places[Self.shortened(word), default: []].append("\(position)\(field.weight)")
            }
            position += Self.gap
        }
        return places.map { word, places in
            "\(Self.quoted(String(decoding: word, as: UTF8.self))):\(places.joined(separator: ","))"
        }.joined(separator: " ")
    }

    /// The beginning of a word that is too long; a search's text is shorter than that, so that nobody misses the rest.
    private static func shortened(_ word: String) -> [UInt8] {
        var bytes = Array(word.utf8.prefix(maximumBytes))
        guard bytes.count < word.utf8.count else { return bytes }
        // Not within a character: its first byte, and only that, is none of 10xxxxxx.
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        return bytes
    }

    /// The query that matches what has all terms; what has no word left asks for nothing.
    func query(_ terms: [SearchTerm]) throws -> String {
        let texts = terms.map { term in
            switch term {
            case .word(let word): word
            case .prefix(let beginning): beginning
            case .phrase(let words): words.joined(separator: " ")
            }
        }
        return try zip(terms, split(texts)).compactMap { term, words -> String? in
            guard !words.isEmpty else { return nil }
            let phrase = words.map(Self.quoted).joined(separator: " <-> ")
            if case .prefix = term { return "(\(phrase):*)" }
            return "(\(phrase))"
        }.joined(separator: " & ")
    }

    private func split(_ texts: [String]) throws -> [[String]] {
        try texts.map { try tokenizer.words(of: $0) }
    }

    private static func quoted(_ word: String) -> String {
        "'" + word.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
    }
}
