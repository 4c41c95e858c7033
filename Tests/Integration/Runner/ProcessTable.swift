import FoundationEssentials
import Subprocess

/// The processes of this machine.
enum ProcessTable {
    struct Entry: Sendable {
        var id: Int32
        var commandLine: String

        /// The executable's name.
        var name: String {
            let executable = commandLine.prefix { $0 != " " }
            return executable.split(separator: "/").last.map(String.init) ?? ""
        }
    }

    /// The processes with this text in their command line, such as those of a stack by its state folder.
    static func processes(mentioning text: String) async throws -> [Entry] {
        try await all().filter { $0.commandLine.contains(text) }
    }

    /// How many processes of each name have this text in their command line.
    static func counts(mentioning text: String) async throws -> [String: Int] {
        try await processes(mentioning: text).reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
    }

    /// The processes of a stack by their own names: `search-2`.
    static func services(ofStackIn state: String) async throws -> [String: Int32] {
        try await processes(mentioning: "lease-directory:\(state)/registry").reduce(into: [:]) { services, entry in
            let words = entry.commandLine.split(separator: " ")
            guard let flag = words.firstIndex(of: "--instance-id"), flag + 1 < words.endIndex else { return }
            services[String(words[flag + 1])] = entry.id
        }
    }

    /// A process and those that it has started itself, but for those that have ended, each with its state: `T` is stopped.
    static func family(of id: Int32) async throws -> [Int32: Character] {
        let result = try await Subprocess.run(
            .name("ps"),
            arguments: ["-A", "-o", "pid=", "-o", "ppid=", "-o", "stat="],
            output: .string(limit: 4 * 1024 * 1024)
        )
        return result.standardOutput.split(separator: "\n").reduce(into: [:]) { family, line in
            let words = line.split(separator: " ")
            guard words.count == 3, let member = Int32(words[0]), let state = words[2].first, state != "Z" else {
                return
            }
            if member == id || Int32(words[1]) == id { family[member] = state }
        }
    }

    #if os(Linux)
    private static func all() async throws -> [Entry] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            // A process that ended meanwhile has no command line, nor has one that nobody has waited for yet.
            guard let id = Int32(name), let data = FileManager.default.contents(atPath: "/proc/\(name)/cmdline"),
                !data.isEmpty
            else { return nil }
            let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return Entry(id: id, commandLine: words.joined(separator: " "))
        }
    }
    #else
    private static func all() async throws -> [Entry] {
        let result = try await Subprocess.run(
            .name("ps"),
            arguments: ["-axww", "-o", "pid=,command="],
            output: .string(limit: 4 * 1024 * 1024)
        )
        return result.standardOutput.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let id = Int32(words[0]) else { return nil }
            return Entry(id: id, commandLine: String(words[1]))
        }
    }
    #endif
}
