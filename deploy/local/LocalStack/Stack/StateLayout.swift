import FoundationEssentials

/// Where what is in the state folder.
package struct StateLayout: Sendable {
    package let root: String

    package init(root: String) {
        self.root = root
    }

    package var registry: String { root + "/registry" }
    package var data: String { root + "/data" }
    package var mail: String { root + "/mail" }
    package var secrets: String { root + "/secrets" }
    package var logs: String { root + "/logs" }
    package var accounts: String { secrets + "/accounts.json" }
    var lock: String { root + "/lock" }

    /// The log of one process, standard error included.
    package func log(of process: String) -> String { "\(logs)/\(process).log" }

    /// Makes the state folder itself, which nobody but its owner may read.
    func makeRoot() throws(StackFailure) {
        try Self.make(root, named: "the state folder", permissions: 0o700)
    }

    /// Makes the folders, and forgets the leases of a stack that is gone.
    func prepare() throws(StackFailure) {
        if FileManager.default.fileExists(atPath: registry) {
            do {
                try FileManager.default.removeItem(atPath: registry)
            } catch {
                throw StackFailure("\(registry) cannot be emptied: \(Self.reason(error))")
            }
        }
        for folder in [registry, data, mail, logs] { try Self.make(folder, named: "the folder") }
        try Self.make(secrets, named: "the folder", permissions: 0o700)
    }

    private static func make(_ path: String, named kind: String, permissions: Int? = nil) throws(StackFailure) {
        var isFolder = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder {
            throw StackFailure("\(path) is a file where \(kind) should be; move it elsewhere")
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            guard let permissions else { return }
            try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
        } catch {
            throw StackFailure("\(kind) \(path) cannot be made: \(reason(error))")
        }
    }

    /// An error of the file system in words.
    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileWriteNoPermission?, .fileReadNoPermission?: "permission denied"
        case .fileWriteOutOfSpace?: "the disk is full"
        case .fileWriteVolumeReadOnly?: "the disk is read-only"
        case .fileNoSuchFile?, .fileReadNoSuchFile?: "there is no such folder"
        default: "\(error)"
        }
    }
}
