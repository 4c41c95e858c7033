import FoundationEssentials
import StackSupport
import Subprocess
import SystemPackage
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The command `clowder` while it runs.
struct RunningCommand: Sendable {
    let processID: Int32
    fileprivate let outputPath: String
    fileprivate let errorPath: String

    /// What it has said so far.
    var output: String { text(of: outputPath) }
    /// What it has complained about so far.
    var errors: String { text(of: errorPath) }

    func signal(_ signal: Int32) {
        kill(processID, signal)
    }

    /// Waits until the command has said something.
    func waitUntilItSays(_ words: String) async throws {
        do {
            try await eventually("the words \(words)", holds: { output.contains(words) })
        } catch {
            throw UnexpectedCommand(description: "\(error); it said:\n\(output)\(errors)")
        }
    }

    private func text(of path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// How the command `clowder` ended, and what it said.
struct FinishedCommand: Sendable {
    /// The exit code; nil when a signal ended the command.
    var exitCode: Int32?
    var output: String
    var errors: String

    /// The lines on standard error.
    var complaints: [Substring] { errors.split(separator: "\n") }
}

/// A command did not do what a test needs.
struct UnexpectedCommand: Error, CustomStringConvertible {
    var description: String
}

enum CommandRun {
    /// Runs `clowder` to its end, and `body` beside it.
    ///
    /// - Parameters:
    ///   - arguments: The subcommand and its flags.
    ///   - directory: Where its output is kept.
    ///   - environment: The variables that differ from those of the tests.
    ///   - terminal: A terminal for standard error, which is then not collected; it is closed.
    ///   - body: What happens meanwhile; the command is killed when it throws.
    /// - Returns: How it ended and what it said.
    /// - Throws: What `body` threw, or why the command could not be started.
    static func clowder(
        _ arguments: [String],
        in directory: String,
        environment: Environment = .inherit,
        terminal: SystemPackage.FileDescriptor? = nil,
        while body: (RunningCommand) async throws -> Void = { _ in }
    ) async throws -> FinishedCommand {
        try await run(
            TestStack.executables + "/clowder",
            arguments,
            in: directory,
            environment: environment,
            terminal: terminal,
            while: body
        )
    }

    /// As ``clowder(_:in:environment:terminal:while:)``, for any executable.
    static func run(
        _ executable: String,
        _ arguments: [String],
        in directory: String,
        environment: Environment = .inherit,
        terminal: SystemPackage.FileDescriptor? = nil,
        while body: (RunningCommand) async throws -> Void = { _ in }
    ) async throws -> FinishedCommand {
        let paths = ["output", "errors"].map { "\(directory)/\($0)-\(UUID().uuidString)" }
        let result = try await Subprocess.run(
            .path(FilePath(executable)),
            arguments: Arguments(arguments),
            environment: environment,
            input: .none,
            output: .fileDescriptor(try create(paths[0]), closeAfterSpawningProcess: true),
            error: .fileDescriptor(try terminal ?? create(paths[1]), closeAfterSpawningProcess: true)
        ) { execution in
            try await body(
                RunningCommand(
                    processID: execution.processIdentifier.value,
                    outputPath: paths[0],
                    errorPath: paths[1]
                )
            )
        }
        let end = RunningCommand(processID: 0, outputPath: paths[0], errorPath: paths[1])
        var finished = FinishedCommand(exitCode: nil, output: end.output, errors: end.errors)
        if case .exited(let code) = result.terminationStatus { finished.exitCode = code }
        return finished
    }

    private static func create(_ path: String) throws -> SystemPackage.FileDescriptor {
        try .open(FilePath(path), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
    }
}
