import Gherkin

/// Why a scenario failed: its step, what was sent and answered last, and what all services logged of it.
struct FailureReport: CustomStringConvertible {
    let failure: ScenarioFailure
    let exchange: Exchange?
    let story: String
    /// Nil where the logs are not at hand.
    let logLines: [StoryLog.Line]?

    var description: String {
        let last = exchange.map { "last exchange:\n\($0)" } ?? "no request was sent"
        return """
            \(failure)

            \(last)

            log lines of correlation ID \(story): \(log)
            """
    }

    private var log: String {
        guard let logLines else { return "not at hand; search the logs of the stack for it" }
        guard !logLines.isEmpty else { return "none" }
        return "\n" + logLines.map { "  \($0.process)  \($0.text)" }.joined(separator: "\n")
    }
}
