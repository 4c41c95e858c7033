/// A feature, rule, background, scenario or examples block that is still open.
struct BlockDraft: Sendable {
    /// The line that opened the block.
    let title: Token

    /// The tags before that line; they get their identifiers when the block ends.
    let tags: [TagDraft]

    private var descriptionLines: [String] = []

    init(title: Token, tags: [TagDraft] = []) {
        self.title = title
        self.tags = tags
    }

    /// The free text so far, without empty lines at the end.
    var description: String {
        let last = descriptionLines.lastIndex { !$0.isEmpty }
        return descriptionLines.prefix((last ?? -1) + 1).joined(separator: "\n")
    }

    mutating func describe(_ line: String) { descriptionLines.append(line) }
}
