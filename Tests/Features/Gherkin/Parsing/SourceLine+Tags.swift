extension SourceLine {
    /// The tags of a tag line, up to a comment.
    ///
    /// Throws when there is white space inside a tag; the error points at the tag.
    func tags() throws(GherkinError) -> [Token.Item] {
        var tags: [Token.Item] = []
        var column = indent + 1
        for part in uncommented.split(separator: "@", omittingEmptySubsequences: false).dropFirst() {
            let name = String(part).trimmingBlanks()
            guard !name.unicodeScalars.contains(where: \.properties.isWhitespace) else {
                throw GherkinError(location: Location(line: number, column: column), problem: .whitespaceInTag)
            }
            tags.append(Token.Item(column: column, text: "@\(name)"))
            column += part.count + 1
        }
        return tags
    }

    /// The line up to the first number sign that follows white space.
    private var uncommented: Substring.UnicodeScalarView {
        let scalars = trimmed.unicodeScalars
        let comment = zip(scalars.indices, scalars.indices.dropFirst()).first { blank, sign in
            scalars[blank].properties.isWhitespace && scalars[sign] == "#"
        }
        return scalars[..<(comment?.0 ?? scalars.endIndex)]
    }
}
