#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An advisory lock between processes, on a file that is made for it.
enum FileLock {
    /// Runs `body` while no other process holds the lock on `path`; waits for it as long as it takes.
    static func whileHolding<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "cannot be created") }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure(path, "cannot be locked") }
        }
        return try body()
    }

    private static func failure(_ path: String, _ what: String) -> SQLiteStorageError {
        SQLiteStorageError(path: path, message: "\(what): \(String(cString: strerror(errno)))")
    }
}
