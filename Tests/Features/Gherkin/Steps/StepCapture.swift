/// The value of one parameter of a step pattern.
enum StepCapture: Hashable, Sendable {
    case text(String)
    case number(Int)
}
