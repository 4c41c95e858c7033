import FoundationEssentials

/// How many files and sockets processes have open.
enum OpenDescriptors {
    /// A process's open descriptors; nil where `/proc` is not there.
    static func count(of processID: Int32) -> Int? {
        // A process that has just ended has no descriptors to count either.
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count
    }
}
