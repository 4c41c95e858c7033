import LocalStack

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Whether there is room for a stack's state.
enum DiskSpace {
    static let minimumMegabytes: UInt = 100

    static func require(at path: String) throws {
        var information = statvfs()
        guard statvfs(path, &information) == 0 else { return }
        let megabytes = UInt(information.f_bavail) * UInt(information.f_frsize) / 1_000_000
        guard megabytes >= minimumMegabytes else {
            throw StackFailure("the disk is full: \(megabytes) MB are free, \(minimumMegabytes) MB are needed")
        }
    }
}
