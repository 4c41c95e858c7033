import FoundationEssentials

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the system knows of this process, under the names that Prometheus' client libraries have for it.
///
/// It is read anew for each scrape. On systems without `/proc` there is nothing.
public enum ProcessMetrics {
    #if canImport(Glibc)
    private static let descriptors = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let descriptors = RLIMIT_NOFILE
    #endif

    /// The metrics in the Prometheus text format 0.0.4.
    public static func exposition() -> String {
        guard let status = ProcessStatus.current else { return "" }
        var text = """
            # TYPE process_cpu_seconds_total counter
            process_cpu_seconds_total \(status.cpuSeconds)
            # TYPE process_resident_memory_bytes gauge
            process_resident_memory_bytes \(status.residentBytes)
            # TYPE process_threads gauge
            process_threads \(status.threads)

            """
        if let startTime = status.startTime {
            text += "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds \(startTime)\n"
        }
        // What cannot be listed, as when there is no descriptor left, is not told.
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            text += "# TYPE process_open_fds gauge\nprocess_open_fds \(open.count)\n"
        }
        var limit = rlimit()
        if getrlimit(descriptors, &limit) == 0 {
            text += "# TYPE process_max_fds gauge\nprocess_max_fds \(limit.rlim_cur)\n"
        }
        return text
    }
}

/// Some of the fields of `/proc/self/stat`, see proc(5).
struct ProcessStatus: Hashable {
    let cpuSeconds: Double
    let residentBytes: Int
    let threads: Int
    /// In seconds since 1970; nil where it is not known when the system was started.
    let startTime: Double?

    static var current: Self? {
        guard let stat = contents("/proc/self/stat") else { return nil }
        return Self(
            stat,
            bootTime: contents("/proc/stat").flatMap(bootTime),
            ticks: sysconf(Int32(_SC_CLK_TCK)),
            pageBytes: sysconf(Int32(_SC_PAGESIZE))
        )
    }

    /// Reads the fields; nil where there are fewer than are looked for.
    init?(_ stat: String, bootTime: Int?, ticks: Int, pageBytes: Int) {
        // The second field is the name in parentheses, which may hold spaces and parentheses.
        guard let name = stat.lastIndex(of: ")"), ticks > 0 else { return nil }
        let fields = stat[name...].dropFirst().split(whereSeparator: \.isWhitespace).map { Int($0) }
        func field(_ number: Int) -> Int? { fields.count > number - 3 ? fields[number - 3] : nil }
        guard let user = field(14), let system = field(15), let threads = field(20), let start = field(22),
            let pages = field(24)
        else { return nil }
        cpuSeconds = Double(user + system) / Double(ticks)
        residentBytes = pages * pageBytes
        self.threads = threads
        startTime = bootTime.map { Double($0) + Double(start) / Double(ticks) }
    }

    private static func bootTime(_ stat: String) -> Int? {
        stat.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Int($0.dropFirst(6)) }
    }

    private static func contents(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
