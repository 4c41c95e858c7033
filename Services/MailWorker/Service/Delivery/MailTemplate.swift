/// A text with places for values: the variables of Mustache, and nothing else of it.
///
/// A place is a name in double braces on one line, with or without blanks: `{{name}}`, `{{ name }}`. A value stands in
/// the result as it is in plain text, and escaped in HTML; it is never read as a template itself.
struct MailTemplate: Sendable {
    /// What a place can stand for.
    enum Variable: String, Sendable, CaseIterable {
        /// How the mail addresses its reader.
        case name
        /// The single-use token; empty where the mail has none.
        case token
        /// The page that the mail asks its reader to open.
        case link
        /// Where people reach the gateway.
        case site
    }

    /// What a value must not break.
    enum Format: Sendable {
        /// Nothing: values are written as they are.
        case plain
        /// Elements and quoted attributes.
        case html
    }

    private enum Piece: Sendable {
        case text(String)
        case value(Variable)
    }

    private static let opening = "{{".utf8
    private static let closing = "}}".utf8

    private let pieces: [Piece]
    private let format: Format

    /// Reads a template.
    ///
    /// - Parameters:
    ///   - source: The template's text.
    ///   - name: What complaints call it.
    ///   - format: What its values are written into.
    /// - Throws: ``MailTemplateError`` for the first tag that is not closed on its line, or is not a variable.
    init(_ source: String, named name: String, format: Format) throws(MailTemplateError) {
        self.format = format
        var pieces: [Piece] = []
        var line = 1
        var rest = Substring(source)
        while let opening = rest.utf8.firstRange(of: Self.opening) {
            let text = rest[..<opening.lowerBound]
            line += text.utf8.count { $0 == UInt8(ascii: "\n") }
            let tag: Tag
            do throws(MailTemplateError.Reason) {
                tag = try Tag(from: rest[opening.upperBound...])
            } catch {
                throw MailTemplateError(template: name, line: line, reason: error)
            }
            pieces += [.text(String(text)), .value(tag.variable)]
            rest = tag.rest
        }
        self.pieces = pieces + [.text(String(rest))]
    }

    /// The text with the values in their places.
    func render(_ value: (Variable) -> String) -> String {
        pieces.map { piece in
            switch (piece, format) {
            case (.text(let text), _): text
            case (.value(let variable), .plain): value(variable)
            case (.value(let variable), .html): Self.escape(value(variable))
            }
        }
        .joined()
    }

    /// Writes what has a meaning in HTML as references; the apostrophe, which the specification leaves alone, too.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A tag behind its opening braces, and what follows it.
    private struct Tag {
        let variable: Variable
        let rest: Substring

        init(from text: Substring) throws(MailTemplateError.Reason) {
            let line = text.utf8.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            guard let closing = line.firstRange(of: MailTemplate.closing) else { throw .unclosed }
            let content = text[..<closing.lowerBound]
            let name = content.drop(while: \.isWhitespace)
            let end = name.lastIndex { !$0.isWhitespace }.map(name.index(after:)) ?? name.startIndex
            guard let variable = Variable(rawValue: String(name[..<end])) else {
                throw .notAVariable(String(content))
            }
            self.variable = variable
            rest = text[closing.upperBound...]
        }
    }
}
