import FoundationEssentials

/// The secrets of a stack, made at its first start and readable by their owner only.
struct StackSecrets {
    let layout: StateLayout

    var pepper: String { layout.secrets + "/pepper" }
    var keys: String { layout.secrets + "/keys" }

    /// Makes what is missing, at the first start only: accounts are worth nothing without the secrets they were made with.
    ///
    /// - Throws: `StackFailure` naming the file that is gone or cannot be written.
    func prepare(using generator: inout some RandomNumberGenerator) throws(StackFailure) {
        let users = layout.data + "/users.sqlite"
        let missing = [pepper, keys, layout.accounts].filter { !FileManager.default.fileExists(atPath: $0) }
        if let first = missing.first, FileManager.default.fileExists(atPath: users) {
            throw StackFailure("\(first) is gone, and \(users) cannot be used without it; \(StackFailure.wayBack)")
        }
        for path in [pepper, keys] where !FileManager.default.fileExists(atPath: path) {
            try Self.write(RandomText.make(length: 48, using: &generator), to: path)
        }
        guard !FileManager.default.fileExists(atPath: layout.accounts) else { return }
        let accounts = DemoAccount.roles.map { role in
            DemoAccount(role: role, password: RandomText.make(length: 16, using: &generator))
        }
        try Self.write(String(decoding: Self.encode(accounts), as: UTF8.self), to: layout.accounts)
    }

    private static func encode(_ accounts: [DemoAccount]) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            return try encoder.encode(accounts)
        } catch {
            preconditionFailure("demo accounts do not encode: \(error)")
        }
    }

    private static func write(_ text: String, to path: String) throws(StackFailure) {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes) else {
            throw StackFailure("the secret file \(path) cannot be written; is the disk full or the folder read-only?")
        }
    }
}

/// Random texts for people and files.
enum RandomText {
    /// No letters and digits that look alike.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")

    static func make(length: Int, using generator: inout some RandomNumberGenerator) -> String {
        String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) })
    }
}
