/// Swift code that defines a step, to be pasted and completed.
///
/// Quoted texts and whole numbers in the step become parameters. The code compiles as it is and fails when run.
struct StepSnippet: Sendable {
    private var pattern = ""
    private var statements: [String] = []
    private var captureCount = 0

    init(for step: PickleStep) {
        read(step.text)
        if step.table != nil { statements.append("_ = try arguments.table") }
        if step.docString != nil { statements.append("_ = try arguments.docString") }
        statements.append("throw PendingStep()")
    }

    private mutating func read(_ text: String) {
        var rest = text[...]
        var isInsideWord = false
        while let character = rest.first {
            if !isInsideWord, let (parameter, remaining) = Self.parameter(startingAt: rest) {
                pattern += "{\(parameter.rawValue)}"
                statements.append("_ = try arguments.\(parameter.rawValue)(\(captureCount))")
                captureCount += 1
                rest = remaining
            } else {
                if StepPatternParser.reserved.contains(character) { pattern.append("\\") }
                pattern.append(character)
                rest.removeFirst()
            }
            isInsideWord = text[..<rest.startIndex].last?.isWordPart ?? false
        }
    }

    /// The parameter that captures the beginning of `text`, unless the value runs into a word.
    private static func parameter(startingAt text: Substring) -> (StepParameter, rest: Substring)? {
        for parameter in [StepParameter.string, .int] {
            guard let reading = parameter.readings(of: text).first else { continue }
            if reading.rest.first?.isWordPart != true { return (parameter, reading.rest) }
        }
        return nil
    }

    /// The pattern as a Swift literal, raw when that saves escapes.
    private var literal: String {
        let delimiter = pattern.contains("\"#") ? "##" : "#"
        return pattern.contains("\\") || pattern.contains("\"")
            ? "\(delimiter)\"\(pattern)\"\(delimiter)" : "\"\(pattern)\""
    }
}

extension StepSnippet: CustomStringConvertible {
    var description: String {
        let body = statements.map { "    \($0)\n" }.joined()
        return "steps.define(\(literal)) { world, arguments in\n\(body)}"
    }
}

extension Character {
    fileprivate var isWordPart: Bool { isLetter || isNumber }
}
