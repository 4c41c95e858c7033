/// The results of several faults as a page of documentation.
package struct FaultDocument: Sendable {
    /// What the figures were measured on.
    package var machine: String
    /// The command that measured them.
    package var command: String
    /// Requests a second.
    package var rate: Int
    package var results: [FaultResult]

    package init(machine: String, command: String, rate: Int, results: [FaultResult]) {
        self.machine = machine
        self.command = command
        self.rate = rate
        self.results = results
    }

    /// The page in Markdown.
    package var text: String {
        """
        # Faults

        What breaks, and what people feel of it. Every figure was measured with this command; `make chaos` plays all
        faults:

        ```
        \(command)
        ```

        Each fault has a stack of its own on free ports: one `gateway`, two `users`, three `search`, one `mail-worker`
        and the demo catalogue. \(rate) searches a second go through the gateway, whether or not earlier ones are
        answered, and a latency counts from the moment at which the request was due. A search fails when its answer is
        not 200, or is an empty list. Load and stack share the machine. A stand-in is a small server in the place of
        a `search`, which takes as long and refuses as much as it is told. The gateway keeps no answers meanwhile, so that
        every search asks a replica.

        The time to recover runs from the moment at which the fault was made, of an overload from the moment at which it
        ended, to the first full second from which on no
        request fails, and whose own p99 is below twice the p99 before; 0 s is a fault that was not felt in its first
        second, nor by a failure later. Requests and failures are those from the fault to the end of the load, p50 and
        p99 those of the answered requests before the fault and while it lasted.

        Measured on \(machine):

        \(table)

        """
    }

    /// One row a fault.
    package var table: String {
        let titles = [
            "fault", "requests", "failed", "p50 before → during", "p99 before → during", "time to recover", "besides",
            "expected", "kept",
        ]
        let head = [Self.row(titles), "|" + String(repeating: "---|", count: titles.count)]
        return (head + results.map(Self.row)).joined(separator: "\n")
    }

    private static func row(_ result: FaultResult) -> String {
        let failures = result.failures.map { "\($0.count) × \($0.kind)" }.joined(separator: ", ")
        let broken = result.broken
        return row([
            "`\(result.name)`: \(result.what)",
            "\(result.requests)",
            failures.isEmpty ? "0" : failures,
            latencies(result, 0.5),
            latencies(result, 0.99),
            result.recovery.map { "\($0.seconds) s" } ?? "not in the time of the load",
            result.findings.facts.isEmpty ? "–" : result.findings.facts.joined(separator: "; "),
            result.promise.text,
            broken.isEmpty ? "yes" : "**no**: " + broken.joined(separator: "; "),
        ])
    }

    private static func latencies(_ result: FaultResult, _ share: Double) -> String {
        let texts = [result.before, result.during].map { summary in
            // All failed: there is no latency of an answer.
            summary.requests == summary.failures.count ? "–" : "\(summary.percentile(share).milliseconds)"
        }
        return texts.joined(separator: " → ") + " ms"
    }

    private static func row(_ cells: [String]) -> String {
        let lines = cells.map { cell in
            String(cell.map { $0 == "|" ? "/" : $0.isNewline ? " " : $0 })
        }
        return "| " + lines.joined(separator: " | ") + " |"
    }
}

extension Duration {
    /// Seconds with one decimal at most, for people.
    package var seconds: String { Self.text(self / .seconds(1)) }

    /// Milliseconds with one decimal at most, for people.
    package var milliseconds: String { Self.text(self / .milliseconds(1)) }

    private static func text(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
