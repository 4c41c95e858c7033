import Gherkin
import Testing

/// One scenario of a feature file, with the values of its row where it is an outline.
struct Scenario: Sendable, CustomTestStringConvertible {
    let pickle: Pickle

    /// Where scenarios are played.
    enum Stage: Sendable {
        /// One stack, which they leave as they found it.
        case sharedStack
        /// A stack of their own, because they stop or damage parts of it.
        case ownStack
        /// A larger stack of their own under load, which the fault starts.
        case fault
    }

    /// Where it is played.
    var stage: Stage { has("@faults") ? .fault : has("@own-stack") ? .ownStack : .sharedStack }

    /// Whether processes that it kills stay away, instead of being started again.
    var keepsDeadProcesses: Bool { has("@no-restart") }

    /// Whether every search is answered by a search process, even one that was answered just now.
    var asksEveryTime: Bool { has("@no-cache") }

    private func has(_ tag: String) -> Bool { pickle.tags.contains { $0.name == tag } }

    var testDescription: String { pickle.description }
}
