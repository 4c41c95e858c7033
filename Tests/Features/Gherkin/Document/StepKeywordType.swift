/// What a step's keyword says about its role.
package enum StepKeywordType: String, Hashable, Sendable {
    /// The step describes the state before the action, as `Given` does.
    case context = "Context"

    /// The step is the action, as `When` says.
    case action = "Action"

    /// The step checks what the action led to, as `Then` does.
    case outcome = "Outcome"

    /// The step continues the role of the one before, as `And` and `But` do.
    case conjunction = "Conjunction"

    /// The keyword, an asterisk, gives no hint.
    case unknown = "Unknown"
}
