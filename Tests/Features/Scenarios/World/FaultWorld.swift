import FoundationEssentials
import LocalStack
import Subprocess
import SystemPackage
import TestSupport

/// What the steps of a scenario about a fault share: `clowder chaos` plays it on a stack of its own, and tells what was
/// felt.
final class FaultWorld {
    /// How long the load goes on before the fault and after it, in seconds.
    private static let around = 12

    private let executables: String
    private var played: FaultReport?

    init(executables: String) { self.executables = executables }

    /// What was felt of the fault.
    var result: FaultReport {
        get throws {
            guard let played else { throw ExpectationFailed(description: "no fault was played yet") }
            return played
        }
    }

    /// What whoever made the fault saw, a line each.
    var facts: String { played?.facts.joined(separator: "\n") ?? "" }

    /// Plays the fault of this name.
    func play(_ name: String) async throws {
        played = try await withTemporaryDirectory { directory in
            let path = directory + "/results.json"
            let command = try await run(
                .path(FilePath(executables + "/clowder")),
                arguments: ["chaos", "--only", name, "--seconds", "\(Self.around)", "--results", path],
                output: .discarded,
                error: .string(limit: 64 * 1024)
            )
            // A promise of the command's own that is not kept is left to the steps, which say what may be felt here.
            guard let data = FileManager.default.contents(atPath: path),
                let report = try JSONDecoder().decode([FaultReport].self, from: data).first
            else { throw ExpectationFailed(description: "it was not played: \(command.standardError)") }
            return report
        }
    }

    /// What was counted while the fault lasted.
    func figure(_ name: FaultFigure) throws -> Double {
        guard let figure = try result.figures[name.rawValue] else {
            throw ExpectationFailed(description: "\(name) was not counted")
        }
        return figure
    }
}
