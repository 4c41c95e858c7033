/// Results as a Markdown table whose columns are aligned, the same on every machine.
struct LabTable {
    private static let header = [
        "scenario", "policy", "p50 ms", "p99 ms", "p99.9 ms", "failed %", "imbalance", "affected share", "eject s",
    ]

    private let seed: UInt64
    private var rows = [LabTable.header]

    init(seed: UInt64) {
        self.seed = seed
    }

    mutating func add(_ result: LabResult, of policy: LabPolicy, in scenario: Scenario) {
        rows.append([
            scenario.rawValue,
            policy.rawValue,
            Self.fixed(result.p50 / .milliseconds(1), 1),
            Self.fixed(result.p99 / .milliseconds(1), 1),
            Self.fixed(result.p999 / .milliseconds(1), 1),
            Self.fixed(result.failedShare * 100, 2),
            Self.fixed(result.imbalance, 2),
            result.affectedShare.map { Self.fixed($0, 2) } ?? "–",
            result.timeToEject.map { Self.fixed($0 / .seconds(1), 2) } ?? "–",
        ])
    }

    var text: String {
        let widths = Self.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let rule = widths.indices.map {
            $0 < 2 ? String(repeating: "-", count: widths[$0]) : Self.rightRule(widths[$0])
        }
        let lines = [rows[0], rule] + rows.dropFirst()
        let table = lines.map { cells in
            let padded = cells.indices.map { Self.padded(cells[$0], to: widths[$0], isNumber: $0 >= 2) }
            return "| " + padded.joined(separator: " | ") + " |\n"
        }
        return "Seed \(seed), \(Traffic.callsPerSecond) calls/s for \(Traffic.length), "
            + "\(Scenario.replicaCount) replicas, measured from \(Scenario.onset) on.\n\n" + table.joined()
    }

    private static func rightRule(_ width: Int) -> String {
        String(repeating: "-", count: width - 1) + ":"
    }

    private static func padded(_ cell: String, to width: Int, isNumber: Bool) -> String {
        let padding = String(repeating: " ", count: width - cell.count)
        return isNumber ? padding + cell : cell + padding
    }

    /// A number that is not negative, with this many decimals.
    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((value * Double(scale)).rounded())
        guard decimals > 0 else { return "\(scaled)" }
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
}
