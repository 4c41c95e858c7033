import FoundationEssentials

/// How much memory processes hold.
enum ResidentMemory {
    /// A process's resident set in KiB; nil where `/proc` is not there.
    static func kibibytes(of processID: Int32) -> Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(processID)/status") else { return nil }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").compactMap { Int($0) }.first
    }
}
