/// What whoever made a fault saw besides the load.
package struct FaultFindings: Sendable {
    /// Facts in words.
    package var facts: [String]
    /// In words, what should have been otherwise.
    package var broken: [String]
    /// When the fault was over, counted from the start of the load; nil when it was over with the return.
    package var over: Duration?
    /// When its cause was taken away, counted from the start of the load, where recovery counts from that moment; nil
    /// where it counts from the moment at which the fault was made.
    package var relieved: Duration?

    package init(
        facts: [String] = [],
        broken: [String] = [],
        over: Duration? = nil,
        relieved: Duration? = nil
    ) {
        self.facts = facts
        self.broken = broken
        self.over = over
        self.relieved = relieved
    }
}
