/// What a step passes to its definition.
package struct StepArguments: Hashable, Sendable {
    private let captures: [StepCapture]
    private let step: PickleStep

    init(captures: [StepCapture], step: PickleStep) {
        self.captures = captures
        self.step = step
    }

    /// The table below the step.
    ///
    /// Throws when there is none.
    package var table: PickleTable {
        get throws(StepArgumentError) {
            guard let table = step.table else { throw .missingTable }
            return table
        }
    }

    /// The doc string below the step.
    ///
    /// Throws when there is none.
    package var docString: PickleDocString {
        get throws(StepArgumentError) {
            guard let docString = step.docString else { throw .missingDocString }
            return docString
        }
    }

    /// The text captured by the `{string}` or `{word}` at a position among all parameters, counted from zero.
    package func string(_ index: Int) throws(StepArgumentError) -> String {
        guard case .text(let text) = try capture(index) else { throw .notText(index: index) }
        return text
    }

    /// The number captured by the `{int}` at a position among all parameters, counted from zero.
    package func int(_ index: Int) throws(StepArgumentError) -> Int {
        guard case .number(let number) = try capture(index) else { throw .notNumber(index: index) }
        return number
    }

    private func capture(_ index: Int) throws(StepArgumentError) -> StepCapture {
        guard captures.indices.contains(index) else { throw .missingValue(index: index, count: captures.count) }
        return captures[index]
    }
}
