import Gherkin
import Testing

/// One scenario of a feature file, with the values of its row where it is an outline.
struct Scenario: Sendable, CustomTestStringConvertible {
    let pickle: Pickle

    /// Whether it needs a stack of its own, because it stops or damages parts of it.
    var needsOwnStack: Bool { pickle.tags.contains { $0.name == "@own-stack" } }

    /// Whether processes that it kills stay away, instead of being started again.
    var keepsDeadProcesses: Bool { pickle.tags.contains { $0.name == "@no-restart" } }

    /// Whether every search is answered by a search process, even one that was answered just now.
    var asksEveryTime: Bool { pickle.tags.contains { $0.name == "@no-cache" } }

    var testDescription: String { pickle.description }
}
