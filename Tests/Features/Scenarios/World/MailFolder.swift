import FoundationEssentials

/// The folder that the mails of a native stack land in.
struct MailFolder: Mailbox {
    let path: String

    let pause = Duration.milliseconds(5)

    func mails(to address: String) throws -> [ReceivedMail] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".eml") }.map { name in
            ReceivedMail(
                text: String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
            )
        }.filter { $0.header("To") == "<\(address)>" }
    }
}
