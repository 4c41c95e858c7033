import SQLStorage

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The file that a path led to when its database was opened.
///
/// A file that is removed or replaced stays open, and takes rows that nobody will ever see again: whoever looks finds
/// another file in its place, or none.
struct DatabaseFile: Hashable, Sendable {
    /// Where it is described how to get the file back.
    private static let runbook = SQLiteStorageError.runbook + "#a-file-that-was-removed-or-replaced"

    private let path: String
    private let device: UInt64
    private let inode: UInt64

    /// The file that `path` leads to.
    ///
    /// - Throws: ``SQLError`` with the code `unavailable` when there is none.
    init(_ path: String) throws(SQLError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Self.failure(path, errno) }
        self.path = path
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }

    /// Whether the path still leads to this file.
    ///
    /// - Throws: ``SQLError`` with the code `unavailable`, naming the path and what happened to the file.
    func check() throws(SQLError) {
        guard try DatabaseFile(path) != self else { return }
        throw SQLError(
            .unavailable,
            """
            SQLite: \(path) was replaced while it was open; the file before is gone for good where it was deleted and \
            the processes that have it open end. To go on with the new one, end them all, remove the -wal and -shm that \
            they leave unless the new file came with its own, and start them then: \(Self.runbook)
            """
        )
    }

    private static func failure(_ path: String, _ code: Int32) -> SQLError {
        guard code == ENOENT else {
            return SQLError(.unavailable, "SQLite: \(path) cannot be found: \(String(cString: strerror(code)))")
        }
        return SQLError(
            .unavailable,
            """
            SQLite: \(path) was removed while it was open; where it was moved, move it back. Where it was deleted, do not \
            end the processes that have it open, which hold the last copy, before that is saved: \(Self.runbook)
            """
        )
    }
}
