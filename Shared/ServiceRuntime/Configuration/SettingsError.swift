/// Everything that is wrong with a service's configuration, one line each.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, each naming the key, what it must be and how to set it; never a secret's value.
    public var problems: [String]

    /// Creates an error.
    public init(_ problems: [String]) {
        self.problems = problems
    }

    /// The problems, one a line.
    public var description: String { problems.joined(separator: "\n") }
}
