/// Why there is no single definition to run for a step.
package enum StepMatchError: Error, Hashable, Sendable {
    /// No definition fits; the snippet is Swift code that defines the step.
    case undefined(snippet: String)

    /// More than one definition fits.
    case ambiguous([StepOrigin])

    /// A definition has a pattern that cannot be read, so that no step can be matched reliably.
    case malformed(StepOrigin, StepPatternError)
}

extension StepMatchError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .undefined(let snippet):
            "the step is undefined; define it with\n\(snippet)"
        case .ambiguous(let origins):
            "the step is ambiguous; it fits \(origins.map(\.description).joined(separator: " and "))"
        case .malformed(let origin, let error):
            "\(origin.file):\(origin.line): \(error)"
        }
    }
}
