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

    /// Makes the state folder itself.
    func makeRoot() throws(StackFailure) {
        var isFolder = false
        if FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), !isFolder {
            throw StackFailure("\(root) is a file where the state folder should be; make clean removes it")
        }
        do {
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        } catch {
            throw StackFailure("the state folder \(root) cannot be made: \(error)")
        }
    }

    /// Makes the folders, and forgets the leases of a stack that is gone.
    func prepare() throws(StackFailure) {
        do {
            if FileManager.default.fileExists(atPath: registry) {
                try FileManager.default.removeItem(atPath: registry)
            }
            for folder in [root, registry, data, mail, secrets, logs] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: secrets)
        } catch {
            throw StackFailure("the state folder \(root) cannot be prepared: \(error)")
        }
    }
}
