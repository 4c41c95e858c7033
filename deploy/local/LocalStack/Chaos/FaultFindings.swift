/// What whoever made a fault saw besides the load.
package struct FaultFindings: Sendable {
    /// Facts in words.
    package var facts: [String]
    /// In words, what should have been otherwise.
    package var broken: [String]
    /// When the fault was over, counted from the start of the load; nil when it was over with the return.
    package var over: Duration?

    package init(facts: [String] = [], broken: [String] = [], over: Duration? = nil) {
        self.facts = facts
        self.broken = broken
        self.over = over
    }
}
