import LocalStack
import Testing

/// The page about faults.
struct FaultDocumentTests {
    private static let promise = FaultPromise(failures: .only("503 problem"), recovery: .seconds(10))

    private func document(_ results: [FaultResult]) -> FaultDocument {
        FaultDocument(machine: "2 × a processor", command: "clowder chaos --seconds 15", rate: 10, results: results)
    }

    private func row(_ result: FaultResult) -> String? {
        document([result]).table.split(separator: "\n").dropFirst(2).first.map(String.init)
    }

    @Test func aRowTellsWhatPeopleFelt() {
        let result = PlayedLoad.result(
            [.good, .good, .failure("503 problem"), .good, .good],
            promise: Self.promise,
            findings: FaultFindings(facts: ["ready after 1.5 s"])
        )
        let cells = [
            "`search-gone`: all killed", "30", "1 × 503 problem", "2 → 2 ms", "2 → 2 ms", "1 s", "ready after 1.5 s",
            "every failure is 503 problem; over within 10 s", "yes",
        ]
        #expect(row(result) == "| " + cells.joined(separator: " | ") + " |")
    }

    @Test func aRowTellsWhatWasNotKept() {
        let result = PlayedLoad.result([.good, .good, .allFailed("500\n|")], promise: Self.promise)
        let cells = [
            "`search-gone`: all killed", "10", "10 × 500 /", "2 → – ms", "2 → – ms", "not in the time of the load", "–",
            "every failure is 503 problem; over within 10 s",
            "**no**: unexpected failures: 10; felt for longer than 10 s",
        ]
        #expect(row(result) == "| " + cells.joined(separator: " | ") + " |")
    }

    @Test func everyRowHasAsManyCellsAsTheHead() {
        let result = PlayedLoad.result([.good, .good, .good], promise: FaultPromise(failures: .none))
        let lines = document([result, result]).table.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(Set(lines.map { $0.count { $0 == "|" } }) == [10])
    }

    @Test func namesTheMachineAndTheCommand() {
        let text = document([]).text
        #expect(text.contains("Measured on 2 × a processor:\n"))
        #expect(text.contains("```\nclowder chaos --seconds 15\n```\n"))
        #expect(text.hasSuffix("|\n"))
    }

    @Test(arguments: [(0, "0"), (40, "0"), (1500, "1.5"), (2000, "2"), (61_049, "61")])
    func showsDurationsWithOneDecimalAtMost(_ milliseconds: Int, _ text: String) {
        #expect(Duration.milliseconds(milliseconds).seconds == text)
        #expect(Duration.microseconds(milliseconds).milliseconds == text)
    }
}
