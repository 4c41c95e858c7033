import FoundationEssentials
package import LocalStack
import TestSupport

/// Stacks for tests: the executables of this build on free ports, with state of their own.
package enum TestStack {
    /// The folder that the variable `EXECUTABLES` names, where `make features` puts those that people run.
    private static let named = ProcessInfo.processInfo.environment["EXECUTABLES"].flatMap { $0.isEmpty ? nil : $0 }

    /// Whether the stacks run the executables that people run, and not those of the tests' own build.
    package static let hasReleaseExecutables = named != nil

    /// The folder of the executables: the one that was named, or that of the tests themselves.
    package static let executables: String = {
        if let named { return named }
        let own = CommandLine.arguments.first.map { String($0.prefix(upTo: $0.lastIndex(of: "/") ?? $0.startIndex)) }
        let candidates = [own, ProjectFiles.root + "/.build/debug"].compactMap(\.self)
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0 + "/gateway") } ?? candidates[0]
    }()

    /// A configuration with cheap password hashes and no limits of log-ins and accounts; everything else is as `make up` has it.
    package static func configuration(state: String) -> StackConfiguration {
        var configuration = StackConfiguration(executables: executables, state: state, gatewayPort: 0)
        configuration.extraArguments["users"] = ["--password-cost", "6"]
        configuration.extraArguments["gateway"] = ["--limit-log-in-per-minute", "0", "--limit-account-per-second", "0"]
        return configuration
    }

    /// Runs `body` with a stack that is ready, and stops it.
    ///
    /// - Parameters:
    ///   - adjust: Changes the configuration before the start.
    ///   - report: Is told what happens to the stack's processes.
    ///   - body: What to do with the stack.
    /// - Returns: What `body` returned.
    /// - Throws: What `body` threw, or why the stack did not start.
    package static func with<Result: Sendable>(
        adjust: @Sendable (inout StackConfiguration) -> Void = { _ in },
        report: @escaping @Sendable (StackEvent) -> Void = { _ in },
        _ body: @Sendable (LocalStack) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            var configuration = configuration(state: directory)
            adjust(&configuration)
            return try await withLocalStack(configuration, report: report) { stack in
                try await stack.waitUntilReady()
                return try await body(stack)
            }
        }
    }
}
