import Gherkin

/// Why a scenario failed: its step, what was sent and answered last, and what all services logged of it.
struct FailureReport: CustomStringConvertible {
    let failure: ScenarioFailure
    let exchange: Exchange?
    let story: String
    let logLines: [StoryLog.Line]

    var description: String {
        let last = exchange.map { "last exchange:\n\($0)" } ?? "no request was sent"
        let log = logLines.map { "  \($0.process)  \($0.text)" }.joined(separator: "\n")
        return """
            \(failure)

            \(last)

            log lines of correlation ID \(story): \(logLines.isEmpty ? "none" : "\n\(log)")
            """
    }
}
