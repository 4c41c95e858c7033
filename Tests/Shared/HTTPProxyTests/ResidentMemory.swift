import FoundationEssentials

/// How much memory this process holds.
enum ResidentMemory {
    /// In bytes; 0 where `/proc` is not there.
    static var bytes: Int {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return 0 }
        let pages = String(decoding: data, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (pages ?? 0) * 4096
    }
}
