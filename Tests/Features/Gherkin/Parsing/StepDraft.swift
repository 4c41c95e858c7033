/// A step that is still open.
struct StepDraft: Sendable {
    let line: Token
    var rows: [GherkinDocument.TableRow] = []
    private(set) var docString: GherkinDocument.DocString?
    private var delimiter: Token?
    private var lines: [String] = []

    init(line: Token) { self.line = line }

    /// Whether free text belongs to a doc string.
    var hasOpenDocString: Bool { delimiter != nil }

    /// Opens a doc string, or ends the open one.
    mutating func toggleDocString(_ token: Token) {
        guard let opening = delimiter else {
            delimiter = token
            return
        }
        docString = GherkinDocument.DocString(
            location: opening.location,
            content: lines.joined(separator: "\n"),
            mediaType: opening.text.isEmpty ? nil : opening.text
        )
        delimiter = nil
    }

    mutating func appendToDocString(_ line: String) { lines.append(line) }
}
