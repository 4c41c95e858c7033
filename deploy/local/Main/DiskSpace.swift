import FoundationEssentials
import LocalStack

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Whether there is room for a stack's state.
enum DiskSpace {
    static let minimumMegabytes: UInt = 100

    /// Checks the disk of a folder that may not be there yet.
    static func require(at path: String) throws {
        var information = statvfs()
        // A file system without blocks, such as /proc, is no disk; that it takes no files is told when one is made.
        guard statvfs(existingFolder(of: path), &information) == 0, information.f_blocks > 0 else { return }
        let megabytes = UInt(information.f_bavail) * UInt(information.f_frsize) / 1_000_000
        guard megabytes >= minimumMegabytes else {
            throw StackFailure(
                "the disk of \(path) is full: \(megabytes) MB are free, \(minimumMegabytes) MB are needed; "
                    + "free space or choose another folder with make up STATE=…"
            )
        }
    }

    /// The path itself, or the nearest folder above it that is there.
    private static func existingFolder(of path: String) -> String {
        var parts = path.split(separator: "/")
        while !parts.isEmpty {
            let candidate = "/" + parts.joined(separator: "/")
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            parts.removeLast()
        }
        return "/"
    }
}
