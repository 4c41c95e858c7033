import FoundationEssentials
import Gherkin
import HTTPTypes
import InputValidation
import LocalStack
import TestSupport

/// One ID that tells the whole story.
enum CorrelationSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("the correlation ID is found in the logs of:") { world, arguments in
            let logs = try world.stack.processes.layout.logs
            for row in try arguments.table.rows.dropFirst() {
                let isThere = {
                    StoryLog.lines(of: world.story, in: logs)
                        .contains { $0.process.hasPrefix(row[0]) && $0.text.contains(row[1]) }
                }
                try await eventually("a line \(row[1]) of \(row[0]) with the ID", holds: isThere)
            }
        }
        steps.define("a client sends GET {string} with the correlation ID {string}") { world, arguments in
            let headers = ["X-Correlation-ID": try arguments.string(1)]
            try await world.send(.get, try arguments.string(0), headers: headers)
        }
        steps.define("the answer carries a correlation ID of its own, not {string}") { world, arguments in
            let id = try world.last.reply.headers[correlationField] ?? ""
            try expect(id != (try arguments.string(0)), "the bad ID came back")
            let isValid =
                (1...128).contains(id.utf8.count)
                && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
            try expect(isValid, "\(id) is no correlation ID")
        }
        steps.define("all log lines of the story have one trace ID") { world, _ in
            let lines = StoryLog.lines(of: world.story, in: try world.stack.processes.layout.logs)
            let traces = try lines.map { try StrictJSON.parse(Data($0.text.utf8))["trace.id"]?.spelled ?? "(none)" }
            try expect("the number of trace IDs", Set(traces).count, is: 1)
            try expect(traces[0].utf8.count == 32, "\(traces[0]) is no trace ID")
        }
    }

    private static let correlationField = HTTPField.Name("X-Correlation-ID") ?? .date
}
