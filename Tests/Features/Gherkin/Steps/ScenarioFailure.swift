/// The first step of a scenario that failed, and why.
package struct ScenarioFailure: Error {
    /// The scenario.
    package let pickle: Pickle

    /// The step that failed.
    package let step: PickleStep

    /// What the step definition threw, or a `StepMatchError` when there was none to run.
    package let cause: any Error
}

extension ScenarioFailure: CustomStringConvertible {
    package var description: String {
        """
        \(pickle.uri):\(step.location.line): step "\(step.text)" failed \
        in scenario "\(pickle.name)" (line \(pickle.location.line)): \(cause)
        """
    }
}
