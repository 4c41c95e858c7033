package import FoundationEssentials
package import LocalStack

/// The kind of stack that scenarios are played on.
///
/// The variable `TARGET` names it: `native`, which is the default, or `compose`.
package enum StackTarget: Sendable {
    /// Stacks of processes that the tests start by themselves.
    case native
    /// One that somebody else has started, in containers.
    case outside(OutsideStack)

    /// The target that the environment of this process names.
    ///
    /// - Throws: `StackFailure` naming the variable that is missing or wrong.
    package static var current: StackTarget {
        get throws(StackFailure) {
            try StackTarget(environment: ProcessInfo.processInfo.environment) { path in
                FileManager.default.contents(atPath: path)
            }
        }
    }

    /// Reads the variables of an environment; empty ones count as missing.
    ///
    /// - Parameters:
    ///   - environment: The variables.
    ///   - contents: The content of the file at a path; nil where it cannot be read.
    /// - Throws: `StackFailure` naming the variable that is missing or wrong.
    package init(
        environment: [String: String],
        contents: (_ path: String) -> Data?
    ) throws(StackFailure) {
        switch environment["TARGET"] ?? "" {
        case "", "native": self = .native
        case "compose": self = .outside(try OutsideStack(environment: environment, contents: contents))
        case let name: throw StackFailure("TARGET is \(name); it may be native or compose")
        }
    }
}

extension OutsideStack {
    /// The stack that the environment of this process names.
    ///
    /// - Throws: `StackFailure` when it names none.
    package static var current: OutsideStack {
        get throws(StackFailure) {
            guard case .outside(let stack) = try StackTarget.current else {
                throw StackFailure("TARGET names no stack that runs already")
            }
            return stack
        }
    }
}
