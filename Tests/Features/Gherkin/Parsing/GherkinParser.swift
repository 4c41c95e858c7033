/// Reads English Gherkin into a document.
///
/// The grammar is the one of the reference parser, read line by line; a tag line is the only one that needs to look
/// ahead. After an unexpected line the parser goes on with the next one, so that one run reports several errors.
package struct GherkinParser: Sendable {
    private static let errorLimit = 11

    private let lines: [SourceLine]
    private var index = 0
    private var state = ParserState.start
    private var matcher = TokenMatcher()
    private var builder = DocumentBuilder()
    private var errors: [GherkinError] = []

    private init(_ source: String) {
        lines = SourceLine.lines(of: source)
    }

    /// Returns the document that `source` describes.
    ///
    /// Throws all errors found; the search ends after the eleventh. `uri` names the source in the document and in
    /// errors and is not opened.
    package static func parse(_ source: String, uri: String) throws(GherkinErrors) -> GherkinDocument {
        var parser = GherkinParser(source)
        while parser.index <= parser.lines.count, parser.errors.count < errorLimit {
            parser.readLine()
            parser.index += 1
        }
        guard parser.errors.isEmpty else { throw GherkinErrors(uri: uri, errors: parser.errors) }
        return parser.builder.document(uri: uri)
    }

    private mutating func readLine() {
        for kind in state.expected {
            guard let token = match(kind, at: index) else { continue }
            let next = kind == .tagLine ? stateAfterTags() : state.next(on: kind)
            for error in builder.add(token, enclosing: next) { report(error) }
            state = next
            return
        }
        reportUnexpectedLine()
    }

    private mutating func match(_ kind: TokenKind, at index: Int) -> Token? {
        guard index < lines.count else {
            return kind == .endOfFile ? Token(kind: kind, location: Location(line: lines.count + 1)) : nil
        }
        do {
            return try matcher.match(kind, lines[index])
        } catch {
            report(error)
            return nil
        }
    }

    /// The state after the tag line at the current index, which depends on the line that the tags belong to.
    private mutating func stateAfterTags() -> ParserState {
        if state.collectsTags { return state }
        if state == .start || state == .language { return .featureTags }
        if state.allowsExamples, tagsBelong(to: .examplesLine) { return .examplesTags }
        return tagsBelong(to: .scenarioLine) ? .scenarioTags : .ruleTags
    }

    private mutating func tagsBelong(to kind: TokenKind) -> Bool {
        var ahead = index + 1
        while match(kind, at: ahead) == nil {
            guard [.empty, .comment, .tagLine].contains(where: { match($0, at: ahead) != nil }) else { return false }
            ahead += 1
        }
        return true
    }

    private mutating func reportUnexpectedLine() {
        let expected = state.expected.map(\.symbol)
        guard index < lines.count else {
            let end = Location(line: lines.count + 1)
            return report(GherkinError(location: end, problem: .unexpectedEndOfFile(expected: expected)))
        }
        let line = lines[index]
        let received = line.trimmed.droppingTrailing()
        report(
            GherkinError(
                location: line.location,
                problem: .unexpectedLine(expected: expected, received: received)
            )
        )
    }

    /// Keeps an error unless it is known, which it is when a line is tried more than once, or the limit is reached.
    private mutating func report(_ error: GherkinError) {
        if errors.count < Self.errorLimit, !errors.contains(error) { errors.append(error) }
    }
}
