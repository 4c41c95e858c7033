/// What whoever made a fault saw besides the load.
package struct FaultFindings: Sendable {
    /// Facts in words.
    package var facts: [String]
    /// What was counted or measured.
    package var figures: [FaultFigure: Double]
    /// In words, what should have been otherwise.
    package var broken: [String]
    /// When the fault was over, counted from the start of the load; nil when it was over with the return.
    package var over: Duration?
    /// When its cause was taken away, counted from the start of the load, where recovery counts from that moment; nil
    /// where it counts from the moment at which the fault was made.
    package var relieved: Duration?

    package init(
        facts: [String] = [],
        figures: [FaultFigure: Double] = [:],
        broken: [String] = [],
        over: Duration? = nil,
        relieved: Duration? = nil
    ) {
        self.facts = facts
        self.figures = figures
        self.broken = broken
        self.over = over
        self.relieved = relieved
    }
}
