import FoundationEssentials
import Subprocess
import Synchronization
import SystemPackage
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A server in a process of its own, which can be killed, paused, and started again with what it has stored.
final class ServerProcess: Sendable {
    private enum State {
        case ended(String)
        case starting
        case running(Int32)
    }

    private struct Run {
        var state = State.ended("it was not started")
        var task: Task<Void, Never>?
    }

    private let name: String
    private let configuration: Subprocess.Configuration
    private let log: String
    private let answers: @Sendable () async throws -> Bool
    private let run = Mutex(Run())

    /// Describes a server; it is not started yet.
    ///
    /// - Parameters:
    ///   - name: What the server is called in complaints, and its log in the directory.
    ///   - executable: The server's program.
    ///   - arguments: What the program is told, the same at each start.
    ///   - directory: Where the server works.
    ///   - answers: Whether the server is ready; throws like one that is not.
    init(
        _ name: String,
        executable: String,
        arguments: [String],
        in directory: String,
        answers: @escaping @Sendable () async throws -> Bool
    ) {
        self.name = name
        self.answers = answers
        log = "\(directory)/\(name).log"
        configuration = Configuration(
            executable: .path(FilePath(executable)),
            arguments: Arguments(arguments),
            workingDirectory: FilePath(directory)
        )
    }

    /// Whether a server is installed, or has to be.
    static func isRequired(_ executable: String) -> Bool {
        access(executable, X_OK) == 0 || ProjectFiles.mustBeComplete
    }

    /// Runs `body` once all of these servers answer, and kills what is left of them.
    static func with<Result>(
        _ processes: [ServerProcess],
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            for process in processes { try await process.launch() }
            for process in processes { try await process.waitUntilItAnswers() }
            let result = try await body()
            for process in processes { await process.kill() }
            return result
        } catch {
            for process in processes { await process.kill() }
            throw error
        }
    }

    // MARK: Start

    /// Starts the server, again after a ``kill()``, and waits until it answers.
    func start() async throws {
        try await launch()
        try await waitUntilItAnswers()
    }

    /// Starts the server's process.
    private func launch() async throws {
        let output = try openLog()
        run.withLock { run in
            guard case .ended = run.state else { preconditionFailure("\(name) runs already") }
            run.state = .starting
            run.task = Task {
                let end: String
                do {
                    let result = try await Subprocess.run(
                        configuration,
                        input: .none,
                        output: .fileDescriptor(output, closeAfterSpawningProcess: true),
                        error: .combinedWithOutput
                    ) { execution in
                        let id = execution.processIdentifier.value
                        self.run.withLock { $0.state = .running(id) }
                    }
                    end = "it has ended: \(result.terminationStatus)"
                } catch {
                    end = "\(error)"
                }
                self.run.withLock { $0.state = .ended(end) }
            }
        }
        _ = try await eventually("a process of \(name)") { try processID() }
    }

    private func openLog() throws -> SystemPackage.FileDescriptor {
        try .open(FilePath(log), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
    }

    /// Waits until the server answers.
    ///
    /// - Throws: `UnexpectedCommand` with the server's last words, when it ends or does not answer in time.
    private func waitUntilItAnswers() async throws {
        do {
            try await eventually(
                "an answer",
                holds: {
                    guard try processID() != nil else { return false }
                    // A server that does not listen yet is asked again.
                    return (try? await answers()) == true
                }
            )
        } catch let error as PollingTimedOut {
            throw failure(error.description)
        }
    }

    /// The process, nil until there is one.
    ///
    /// - Throws: `UnexpectedCommand` with the server's last words, when it has ended or could not be started.
    private func processID() throws -> Int32? {
        switch run.withLock({ $0.state }) {
        case .starting: return nil
        case .running(let id): return id
        case .ended(let reason): throw failure(reason)
        }
    }

    private func failure(_ reason: String) -> UnexpectedCommand {
        let said = FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let words = said.isEmpty ? "" : "; it said:\n\(said.suffix(2000))"
        return UnexpectedCommand(description: "\(name): \(reason)\(words)")
    }

    // MARK: Faults

    /// Kills the server and the processes it has started; its directory stays.
    func kill() async {
        let (state, task) = run.withLock { ($0.state, $0.task) }
        guard case .running(let id) = state else { return }
        // Stopped, it starts no more of them.
        send(SIGSTOP, to: id)
        // A server does not start beside the children of the last one; should they stay, it says so.
        try? await killChildren(of: id)
        send(SIGKILL, to: id)
        await task?.value
    }

    private func killChildren(of id: Int32) async throws {
        try await eventually(
            "an end of what \(name) has started",
            holds: {
                let children = try await ProcessTable.family(of: id).keys.filter { $0 != id }
                for child in children { send(SIGKILL, to: child) }
                return children.isEmpty
            }
        )
    }

    /// Stops the server and the processes it has started, as a machine that hangs: connections stay open, in silence.
    func pause() async throws {
        guard let id = try processID() else { return }
        send(SIGSTOP, to: id)
        try await eventually(
            "a standstill of \(name)",
            holds: {
                let moving = try await ProcessTable.family(of: id).filter { $0.value != "T" }
                for member in moving.keys { send(SIGSTOP, to: member) }
                return moving.isEmpty
            }
        )
    }

    /// Lets a server go on that was paused.
    func resume() async throws {
        guard let id = try processID() else { return }
        for member in try await ProcessTable.family(of: id).keys { send(SIGCONT, to: member) }
    }

    /// The states of the server and of the processes it has started: `T` is stopped.
    func states() async throws -> Set<Character> {
        guard let id = try processID() else { return [] }
        return Set(try await ProcessTable.family(of: id).values)
    }

    private func send(_ signal: Int32, to id: Int32) {
        #if canImport(Glibc)
        Glibc.kill(id, signal)
        #else
        Darwin.kill(id, signal)
        #endif
    }
}
