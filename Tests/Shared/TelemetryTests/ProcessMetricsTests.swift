import FoundationEssentials
import TestSupport
import Testing

@testable import Telemetry

@Suite struct ProcessMetricsTests {
    /// The fields of proc(5) by number: 14 and 15 are the processor's time, 20 threads, 22 the start, 24 pages.
    private static let stat =
        "4711 (a (strange) name) S 1 2 3 4 5 6 7 8 9 10 250 50 16 17 18 19 12 21 30000 23 256 25 26\n"

    @Test func readsTheFieldsBehindAStrangeName() throws {
        let status = try #require(ProcessStatus(Self.stat, bootTime: 1_700_000_000, ticks: 100, pageBytes: 4096))
        #expect(status.cpuSeconds == 3)
        #expect(status.threads == 12)
        #expect(status.startTime == 1_700_000_300)
        #expect(status.residentBytes == 1_048_576)
    }

    @Test func hasNoStartWhereTheSystemsIsNotKnown() throws {
        let status = try #require(ProcessStatus(Self.stat, bootTime: nil, ticks: 100, pageBytes: 4096))
        #expect(status.startTime == nil)
    }

    @Test(arguments: ["", "1 (a)", "1 (a) S 1 2 3", "no name at all"])
    func readsNothingElse(_ stat: String) {
        #expect(ProcessStatus(stat, bootTime: 0, ticks: 100, pageBytes: 4096) == nil)
    }

    @Test func tellsOfThisProcess() throws {
        guard FileManager.default.fileExists(atPath: "/proc/self/stat") else { return }
        let samples = Dictionary(
            uniqueKeysWithValues: ProcessMetrics.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
                .compactMap { line -> (Substring, Double)? in
                    let parts = line.split(separator: " ")
                    return parts.count == 2 ? Double(parts[1]).map { (parts[0], $0) } : nil
                }
        )
        #expect(samples.count == 6)
        #expect(try #require(samples["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(samples["process_cpu_seconds_total"]) > 0)
        #expect(try #require(samples["process_threads"]) >= 1)
        let start = Date(timeIntervalSince1970: try #require(samples["process_start_time_seconds"]))
        #expect(start < Date() && start > Date(timeIntervalSinceNow: -3600))
        let open = try #require(samples["process_open_fds"])
        let most = try #require(samples["process_max_fds"])
        #expect((3...most).contains(open))
    }
}
