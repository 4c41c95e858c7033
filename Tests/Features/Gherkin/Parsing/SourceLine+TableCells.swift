extension SourceLine {
    /// The cells between the delimiters of a table row, without padding and with escapes resolved.
    ///
    /// An escape is `\n`, `\|` or `\\`; any other backslash stands for itself. A line feed that an escape produces is
    /// never padding.
    var tableCells: [Token.Item] {
        rawCells.map { cell in
            let content = cell.text.droppingLeading(while: Self.isPadding)
            let padding = cell.text.unicodeScalars.count - content.unicodeScalars.count
            return Token.Item(
                column: cell.column + indent + padding,
                text: content.droppingTrailing(while: Self.isPadding)
            )
        }
    }

    private static func isPadding(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\n" && scalar.properties.isWhitespace
    }

    /// The text between each two delimiters with the column it starts at, relative to the indentation.
    private var rawCells: [Token.Item] {
        var cells: [Token.Item] = []
        var cell = String.UnicodeScalarView()
        var cellColumn: Int?
        var scalars = trimmed.unicodeScalars.enumerated().makeIterator()
        while let (offset, scalar) = scalars.next() {
            switch scalar {
            case "|":
                if let cellColumn { cells.append(Token.Item(column: cellColumn, text: String(cell))) }
                cell.removeAll()
                cellColumn = offset + 2
            case "\\": cell.append(contentsOf: Self.unescape(scalars.next()?.element))
            default: cell.append(scalar)
            }
        }
        return cells
    }

    private static func unescape(_ scalar: Unicode.Scalar?) -> [Unicode.Scalar] {
        switch scalar {
        case nil: ["\\"]
        case "n": ["\n"]
        case "|"?, "\\"?: [scalar].compactMap(\.self)
        case .some(let other): ["\\", other]
        }
    }
}
