/// Why a step definition did not get the argument it asked for.
package enum StepArgumentError: Error, Hashable, Sendable {
    /// The pattern has fewer places for values.
    case missingValue(index: Int, count: Int)

    /// The value is a number, but text was asked for.
    case notText(index: Int)

    /// The value is text, but a number was asked for.
    case notNumber(index: Int)

    /// There is no table below the step.
    case missingTable

    /// There is no doc string below the step.
    case missingDocString
}

extension StepArgumentError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingValue(let index, let count):
            "the step definition asks for value \(index), but its pattern captures \(count)"
        case .notText(let index): "value \(index) of the step is a number, not text"
        case .notNumber(let index): "value \(index) of the step is text, not a number"
        case .missingTable: "the step needs a table below it"
        case .missingDocString: "the step needs a doc string below it"
        }
    }
}
