import Gherkin
import StackSupport
import Testing

/// One scenario of a feature file, with the values of its row where it is an outline.
struct Scenario: Sendable, CustomTestStringConvertible {
    let pickle: Pickle

    /// Where scenarios are played.
    enum Stage: Hashable, Sendable {
        /// One stack, which they leave as they found it.
        case sharedStack
        /// A stack of their own, because they stop or damage parts of it.
        case ownStack
        /// A larger stack of their own under load, which the fault starts.
        case fault
        /// The stack that somebody else has started.
        case outsideStack
        /// Nowhere, because that stack lacks what they need.
        case skipped(because: String)
    }

    /// What only a stack has that the tests have started themselves.
    struct Need: Sendable {
        /// The tag of scenarios that need it.
        let tag: String
        /// Why they are skipped elsewhere.
        let reason: String
    }

    /// What scenarios may need, the most telling first.
    static let needs = [
        Need(tag: "@faults", reason: "the fault starts a native stack of its own"),
        Need(tag: "@own-stack", reason: "it stops or damages parts of a native stack of its own"),
        Need(tag: "@reads-logs", reason: "it reads the log files of native processes"),
    ]

    /// Where it is played when the stack is of this kind.
    func stage(on target: StackTarget) -> Stage {
        switch target {
        case .native: has("@faults") ? .fault : has("@own-stack") ? .ownStack : .sharedStack
        case .outside(let stack) where has("@stops-containers"):
            stack.project == nil ? .skipped(because: Self.noContainers) : .outsideStack
        case .outside: Self.needs.first { has($0.tag) }.map { .skipped(because: $0.reason) } ?? .outsideStack
        }
    }

    private static let noContainers = "CLOWDER_COMPOSE_PROJECT does not name containers that may be stopped"

    /// Whether parts of the stack are damaged.
    var damagesStack: Bool { has("@own-stack") }

    /// Whether processes that it kills stay away, instead of being started again.
    var keepsDeadProcesses: Bool { has("@no-restart") }

    /// Whether every search is answered by a search process, even one that was answered just now.
    var asksEveryTime: Bool { has("@no-cache") }

    private func has(_ tag: String) -> Bool { pickle.tags.contains { $0.name == tag } }

    var testDescription: String { pickle.description }
}
