/// Reads a line as one kind of token.
///
/// The only state is the doc string that is open, because its delimiter and indentation decide how the lines inside it
/// and its end are read.
struct TokenMatcher: Sendable {
    private struct OpenDocString: Sendable {
        let delimiter: String
        let indent: Int
    }

    private static let delimiters = ["\"\"\"", "```"]

    private var openDocString: OpenDocString?

    /// The token that `line` is when read as `kind`, or nothing when it is not of that kind.
    ///
    /// Throws when the line is of that kind but breaks a rule.
    mutating func match(_ kind: TokenKind, _ line: SourceLine) throws(GherkinError) -> Token? {
        switch kind {
        case .endOfFile: nil
        case .empty: line.trimmed.isEmpty ? Token(kind: kind, location: line.location) : nil
        case .comment: line.starts(with: "#") ? Token(kind: kind, location: line.location) : nil
        case .tagLine: try tagLine(line)
        case .featureLine: title(kind, line, keywords: Dialect.feature)
        case .ruleLine: title(kind, line, keywords: Dialect.rule)
        case .backgroundLine: title(kind, line, keywords: Dialect.background)
        case .scenarioLine: title(kind, line, keywords: Dialect.scenario)
        case .examplesLine: title(kind, line, keywords: Dialect.examples)
        case .stepLine: stepLine(line)
        case .docStringSeparator: docStringSeparator(line)
        case .tableRow: tableRow(line)
        case .language: try language(line)
        case .other: Token(kind: kind, location: line.location, text: freeText(line))
        }
    }

    private func tagLine(_ line: SourceLine) throws(GherkinError) -> Token? {
        guard line.starts(with: "@") else { return nil }
        return Token(kind: .tagLine, location: line.location, items: try line.tags())
    }

    private func title(_ kind: TokenKind, _ line: SourceLine, keywords: [String]) -> Token? {
        for keyword in keywords {
            guard let name = line.remainder(after: "\(keyword):") else { continue }
            return Token(kind: kind, location: line.location, keyword: keyword, text: name)
        }
        return nil
    }

    private func stepLine(_ line: SourceLine) -> Token? {
        for (keyword, type) in Dialect.steps {
            guard let text = line.remainder(after: keyword) else { continue }
            return Token(
                kind: .stepLine,
                location: line.location,
                keyword: keyword,
                keywordType: type,
                text: text
            )
        }
        return nil
    }

    private func tableRow(_ line: SourceLine) -> Token? {
        guard line.starts(with: "|") else { return nil }
        return Token(kind: .tableRow, location: line.location, items: line.tableCells)
    }

    private func language(_ line: SourceLine) throws(GherkinError) -> Token? {
        guard let language = line.languageHeader else { return nil }
        guard language == Dialect.language else {
            throw GherkinError(location: line.location, problem: .unsupportedLanguage(language))
        }
        return Token(kind: .language, location: line.location, text: language)
    }

    private mutating func docStringSeparator(_ line: SourceLine) -> Token? {
        if let open = openDocString {
            guard line.starts(with: open.delimiter) else { return nil }
            openDocString = nil
            return Token(kind: .docStringSeparator, location: line.location, keyword: open.delimiter)
        }
        for delimiter in Self.delimiters {
            guard let mediaType = line.remainder(after: delimiter) else { continue }
            openDocString = OpenDocString(delimiter: delimiter, indent: line.indent)
            return Token(
                kind: .docStringSeparator,
                location: line.location,
                keyword: delimiter,
                text: mediaType
            )
        }
        return nil
    }

    private func freeText(_ line: SourceLine) -> String {
        guard let open = openDocString else { return line.text }
        let escaped = open.delimiter.map { "\\\($0)" }.joined()
        return line.removingIndent(open.indent).replacing(escaped, with: open.delimiter)
    }
}
