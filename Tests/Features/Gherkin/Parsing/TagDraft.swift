/// A tag that has no identifier yet.
struct TagDraft: Sendable {
    let location: Location
    let name: String

    /// The tags of one tag line.
    static func tags(of token: Token) -> [TagDraft] {
        token.items.map { item in
            TagDraft(location: Location(line: token.location.line, column: item.column), name: item.text)
        }
    }
}
