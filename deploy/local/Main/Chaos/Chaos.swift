import ArgumentParser
import FoundationEssentials
import LocalStack

/// Breaks stacks of its own under load, and prints what people felt of it.
struct Chaos: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Breaks things under load, and measures what is felt of it.",
        discussion: "Ends with 0 when every expectation was kept, 1 when one was not or a fault could not be played."
    )

    @Option(help: "A fault to play, by default all; can be given several times.")
    var only: [FaultName] = []

    @Option(help: "A file for the document, which is printed as well.")
    var output: String?

    @Option(help: "A file for the results as JSON.")
    var results: String?

    @Option(help: "How many seconds the load goes on before a fault and after it, 2 to 600.")
    var seconds = 15

    @Option(help: "How many seconds the registry is away, 1 to 600.")
    var registryOutage = 60

    @Option(help: "The folder of the executables; by default that of this one.")
    var executables: String?

    func validate() throws {
        guard (2...600).contains(seconds) else { throw ValidationError("--seconds must be 2 to 600") }
        guard (1...600).contains(registryOutage) else { throw ValidationError("--registry-outage must be 1 to 600") }
    }

    func run() async throws {
        let process = ProcessInfo.processInfo.processIdentifier
        let settings = ChaosSettings(
            executables: executables ?? Console.ownFolder,
            scratch: FileManager.default.temporaryDirectory.path + "/clowder-chaos-\(process)",
            around: .seconds(seconds),
            registryOutage: .seconds(registryOutage),
            note: { Console.note("  \($0)") }
        )
        var results: [FaultResult] = []
        var problems: [String] = []
        for name in FaultName.allCases where only.isEmpty || only.contains(name) {
            Console.note("\(name.rawValue) …")
            do {
                let result = try await FaultRun(name: name, settings: settings).measure()
                Console.note("  \(Self.summary(of: result))")
                problems += result.broken.map { "\(name.rawValue): \($0)" }
                results.append(result)
            } catch {
                // The other faults are still worth playing.
                problems.append("\(name.rawValue) could not be played: \(error)")
            }
        }
        do {
            try publish(results)
        } catch {
            problems.append(error.description)
        }
        for problem in problems { Console.fail(problem) }
        guard problems.isEmpty else { throw ExitCode(1) }
    }

    private func publish(_ results: [FaultResult]) throws(StackFailure) {
        let command = ["clowder"] + CommandLine.arguments.dropFirst()
        let document = FaultDocument(
            machine: MachineDescription.text,
            command: command.joined(separator: " "),
            rate: ChaosSettings.rate,
            results: results
        )
        Console.say(document.text)
        if let output { try write(Data(document.text.utf8), to: output) }
        guard let path = self.results else { return }
        do {
            try write(try JSONEncoder().encode(results.map(FaultReport.init)), to: path)
        } catch {
            throw StackFailure("the results cannot be written: \(error)")
        }
    }

    private func write(_ text: Data, to path: String) throws(StackFailure) {
        let path = Console.absolute(path)
        guard FileManager.default.createFile(atPath: path, contents: text) else {
            throw StackFailure("\(path) cannot be written")
        }
    }

    private static func summary(of result: FaultResult) -> String {
        let failed = result.failures.map(\.count).reduce(0, +)
        let felt = result.recovery.map { "felt for \($0.seconds) s" } ?? "still felt at the end"
        let verdict = result.broken.isEmpty ? "kept" : "not kept: " + result.broken.joined(separator: "; ")
        return "\(failed) of \(result.requests) failed, \(felt), \(verdict)"
    }
}

extension FaultName: ExpressibleByArgument {}
