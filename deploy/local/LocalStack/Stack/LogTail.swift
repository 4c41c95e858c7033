import FoundationEssentials

/// What a process said last.
enum LogTail {
    /// The last line that is no log line in JSON: what a process prints when it cannot start.
    ///
    /// - Parameters:
    ///   - path: The log.
    ///   - start: Where in the log the process began to write; what is before is of an earlier run.
    /// - Returns: The line; nil when there is none.
    static func lastPlainLine(of path: String, from start: Int64) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let lines = String(decoding: data.dropFirst(Int(start)).suffix(16 * 1024), as: UTF8.self).split(separator: "\n")
        return lines.last { !$0.hasPrefix("{") }.map(String.init)
    }
}
