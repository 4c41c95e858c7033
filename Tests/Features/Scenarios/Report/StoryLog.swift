import FoundationEssentials

/// What the services logged of one correlation ID.
enum StoryLog {
    /// One line of a process's log.
    struct Line: Hashable, Sendable {
        let process: String
        let text: String
    }

    /// The lines of every log in a folder that carry the ID, ordered by time.
    static func lines(of story: String, in folder: String) -> [Line] {
        // A folder that is gone has no lines.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let mark = "\"correlation.id\":\"\(story)\""
        return files.sorted().flatMap { file -> [Line] in
            let data = FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data()
            let process = String(file.prefix { $0 != "." })
            return String(decoding: data, as: UTF8.self).split(separator: "\n")
                .filter { $0.contains(mark) }
                .map { Line(process: process, text: String($0)) }
        }.sorted { $0.text.prefix(40) < $1.text.prefix(40) }
    }
}
