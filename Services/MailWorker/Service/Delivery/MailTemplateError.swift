/// What is wrong with a mail template, and where.
struct MailTemplateError: Error, Hashable, CustomStringConvertible {
    /// Why a tag cannot be read.
    enum Reason: Error, Hashable {
        /// Its line ends before it does.
        case unclosed
        /// It holds this, which is no variable that a mail has: another name, none, or another kind of tag.
        case notAVariable(String)
    }

    /// The template's name.
    var template: String
    /// The line of the tag, from 1.
    var line: Int
    var reason: Reason

    var description: String {
        let wrong =
            switch reason {
            case .unclosed: "a tag is not closed on its line"
            case .notAVariable(let content): "{{\(content)}} is no variable of a mail"
            }
        let allowed = MailTemplate.Variable.allCases.map { "{{\($0.rawValue)}}" }.joined(separator: ", ")
        return "the mail template \(template), line \(line): \(wrong); allowed are \(allowed)"
    }
}
