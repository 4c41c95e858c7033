import FoundationEssentials

/// What the figures were measured on.
enum MachineDescription {
    static var text: String {
        let information = ProcessInfo.processInfo
        let memory = information.physicalMemory / (1 << 30)
        return "\(information.activeProcessorCount) × \(processor), \(memory) GiB memory, \(system)"
    }

    private static var processor: String {
        field("model name", of: "/proc/cpuinfo", separator: ":") ?? "unknown processor"
    }

    private static var system: String {
        field("PRETTY_NAME", of: "/etc/os-release", separator: "=")?.filter { $0 != "\"" } ?? "unknown system"
    }

    private static func field(_ name: String, of path: String, separator: Character) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: separator, maxSplits: 1).last.map { String($0.drop { $0 == " " }) }
    }
}
