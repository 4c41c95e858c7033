import FoundationEssentials
import SystemPackage

extension StateLayout {
    /// How every SQLite database starts (SQLite file format, section 1.3).
    private static let databaseMagic = Array("SQLite format 3\0".utf8)

    /// Looks for files that no service could use, so that the damage is told in one line before anything starts.
    ///
    /// - Throws: `StackFailure` naming the file and the way out.
    func requireUndamaged() throws(StackFailure) {
        _ = try DemoAccount.read(self)
        for name in ["queue", "search", "users"] {
            let path = "\(data)/\(name).sqlite"
            // A database that is not there yet is made, and an empty file is an empty database.
            guard let start = Self.start(of: path), !start.isEmpty, start != Self.databaseMagic else { continue }
            throw StackFailure(
                "\(path) is damaged: it does not begin as a SQLite database does; \(StackFailure.wayBack)"
            )
        }
    }

    /// As many bytes of the file as the magic has; nil when it cannot be read.
    private static func start(of path: String) -> [UInt8]? {
        // A file that cannot be opened or read is reported by its service, which has to use it.
        guard let descriptor = try? FileDescriptor.open(FilePath(path), .readOnly) else { return nil }
        // As above: its service reports it.
        return try? descriptor.closeAfter {
            try [UInt8](unsafeUninitializedCapacity: databaseMagic.count) { bytes, count in
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(bytes))
            }
        }
    }
}
