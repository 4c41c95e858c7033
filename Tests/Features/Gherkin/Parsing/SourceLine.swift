/// One line of a source without its line ending.
///
/// All text is compared scalar by scalar, so that a combining mark after a delimiter cannot hide the delimiter.
struct SourceLine: Sendable {
    let number: Int
    let text: String

    /// The text without leading white space.
    let trimmed: String

    /// The number of white-space scalars before the first other one.
    let indent: Int

    init(number: Int, text: String) {
        self.number = number
        self.text = text
        trimmed = text.droppingLeading()
        indent = text.unicodeScalars.count - trimmed.unicodeScalars.count
    }

    /// The place of the first scalar that is not white space.
    var location: Location { Location(line: number, column: indent + 1) }

    /// Splits a source at line feeds; carriage returns before them belong to the ending.
    static func lines(of source: String) -> [SourceLine] {
        var parts = source.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        return parts.enumerated().map { offset, part in
            SourceLine(number: offset + 1, text: String(part).droppingTrailing { $0 == "\r" })
        }
    }

    func starts(with prefix: String) -> Bool {
        trimmed.unicodeScalars.starts(with: prefix.unicodeScalars)
    }

    /// The text after `prefix` without white space around it, or nothing when the line starts otherwise.
    func remainder(after prefix: String) -> String? {
        guard starts(with: prefix) else { return nil }
        return String(trimmed.unicodeScalars.dropFirst(prefix.unicodeScalars.count)).trimmingBlanks()
    }

    /// The text without `count` scalars of indentation, or without all of it when there is less.
    func removingIndent(_ count: Int) -> String {
        count > indent ? trimmed : String(text.unicodeScalars.dropFirst(count))
    }
}
