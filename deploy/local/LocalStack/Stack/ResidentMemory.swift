import FoundationEssentials

/// How much memory processes hold.
package enum ResidentMemory {
    /// A process's resident set in KiB; nil where `/proc` is not there.
    package static func kibibytes(of processID: Int32) -> Int? {
        field("VmRSS:", of: "/proc/\(processID)/status")
    }

    /// A process's proportional set in KiB: a page that several processes share counts in parts.
    package static func proportionalKibibytes(of processID: Int32) -> Int? {
        field("Pss:", of: "/proc/\(processID)/smaps_rollup")
    }

    private static func field(_ name: String, of path: String) -> Int? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: " ").compactMap { Int($0) }.first
    }
}
