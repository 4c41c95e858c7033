/// A line together with what the matcher read in it.
struct Token: Sendable {
    /// A tag or a cell.
    struct Item: Sendable {
        let column: Int
        let text: String
    }

    let kind: TokenKind
    let location: Location
    var keyword = ""
    var keywordType = StepKeywordType.unknown
    var text = ""
    var items: [Item] = []
}
