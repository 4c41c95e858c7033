extension PickleStep.Role {
    /// The role of a step that comes after one with this role.
    func following(_ keyword: StepKeywordType) -> PickleStep.Role {
        switch keyword {
        case .context: .context
        case .action: .action
        case .outcome: .outcome
        case .conjunction: self
        case .unknown: .unknown
        }
    }
}
