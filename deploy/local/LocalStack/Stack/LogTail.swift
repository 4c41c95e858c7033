import FoundationEssentials

/// What a process said last.
enum LogTail {
    /// The last line that is no log line in JSON: what a process prints when it cannot start.
    static func lastPlainLine(of path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let lines = String(decoding: data.suffix(16 * 1024), as: UTF8.self).split(separator: "\n")
        return lines.last { !$0.hasPrefix("{") }.map(String.init)
    }
}
