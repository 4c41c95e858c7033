import FoundationEssentials
import Gherkin
import HTTPTypes
import InputValidation
import LocalStack
import StackSupport
import Subprocess
import SystemPackage
import TestSupport

/// Importing, by the API and by the command.
enum ImportSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("they import these lines:") { world, arguments in
            try await world.send(
                .post,
                "/v1/listings/import",
                headers: ["Content-Type": "application/x-ndjson"],
                json: world.expand(try arguments.docString.content)
            )
        }
        steps.define("they import {int} lines of which every {int}th is bad") { world, arguments in
            let count = try arguments.int(0)
            let bad = try arguments.int(1)
            let lines = (1...count).map { number in
                number.isMultiple(of: bad)
                    ? "{\"id\":\"\(world.board)-\(number)\"}"
                    : "{\"id\":\"\(world.board)-\(number)\",\"species\":\"cat\",\"jurisdiction\":\"\(world.board)\"}"
            }
            try await world.send(
                .post,
                "/v1/listings/import",
                headers: ["Content-Type": "application/x-ndjson"],
                json: lines.joined(separator: "\n")
            )
        }
        steps.define("the bad lines are:") { world, arguments in
            let errors = try world.value("errors")?.elements ?? []
            let actual = errors.map { error in
                ["line", "pointer", "rule"].map { error[$0]?.spelled ?? "" }
            }
            try expect("the bad lines", actual, is: Array(try arguments.table.rows.dropFirst()))
        }
        steps.define("the first {int} bad lines are reported") { world, arguments in
            try expect("the reports", try world.value("errors")?.elements.count ?? 0, is: try arguments.int(0))
        }
        steps.define("somebody runs the import command on a file with") { world, arguments in
            try await run(on: world.expand(try arguments.docString.content), world)
        }
        steps.define("the command ends with exit code {int}") { world, arguments in
            try expect("the exit code", world.notes["exit code"] ?? "", is: "\(try arguments.int(0))")
        }
        steps.define("the command says {string}") { world, arguments in
            let output = world.notes["output"] ?? ""
            let words = try arguments.string(0)
            try expect(output.contains(words), "the command does not say \(words), but:\n\(output)")
        }
    }

    private static func run(on text: String, _ world: ScenarioWorld) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory + "/listings.ndjson"
            try Data(text.utf8).write(to: URL(filePath: file))
            let result = try await Subprocess.run(
                .path(FilePath(TestStack.executables + "/clowder")),
                arguments: [
                    "import", "--url", world.stack.gatewayURL, "--state", try stateFolder(world, in: directory), file,
                ],
                output: .string(limit: 64 * 1024),
                error: .string(limit: 64 * 1024)
            )
            guard case .exited(let code) = result.terminationStatus else {
                throw ExpectationFailed(description: "the command was killed")
            }
            world.notes["exit code"] = "\(code)"
            world.notes["output"] = result.standardOutput + result.standardError
        }
    }
    /// The state folder of the stack, or one with its accounts where it has none here.
    private static func stateFolder(_ world: ScenarioWorld, in directory: String) throws -> String {
        if let local = world.stack.local { return local.layout.root }
        let layout = StateLayout(root: directory + "/state")
        try FileManager.default.createDirectory(atPath: layout.secrets, withIntermediateDirectories: true)
        try JSONEncoder().encode(world.stack.accounts).write(to: URL(filePath: layout.accounts))
        return layout.root
    }
}
