import FoundationEssentials

/// The folder that mails land in.
struct Mailbox: Sendable {
    let folder: String

    /// The mails to an address, in no order.
    func mails(to address: String) throws -> [ReceivedMail] {
        try all().filter { $0.header("To") == "<\(address)>" }
    }

    /// Every mail.
    func all() throws -> [ReceivedMail] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }.map { name in
            ReceivedMail(
                text: String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
            )
        }
    }
}
