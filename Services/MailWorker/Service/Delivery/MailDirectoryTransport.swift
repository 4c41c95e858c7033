import FoundationEssentials

/// Writes each mail as an `.eml` file into a directory, named after its `Message-ID`.
///
/// A file appears whole or not at all, and a mail that is delivered twice is one file.
struct MailDirectoryTransport: MailTransport {
    private let directory: String

    init(directory: String) throws(DeliveryError) {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw DeliveryError(permanence: .transient, description: "the mail folder cannot be made: \(error)")
        }
    }

    func deliver(_ mail: ComposedMail) async throws(DeliveryError) {
        let name = String(
            mail.messageID.map { $0.isASCII && ($0.isLetter || $0.isNumber || "@.-".contains($0)) ? $0 : "_" }
        )
        do {
            try Data(mail.text.utf8).write(to: URL(filePath: "\(directory)/\(name).eml"), options: .atomic)
        } catch {
            throw DeliveryError(permanence: .transient, description: "the mail folder cannot be written: \(error)")
        }
    }

    func check() async throws(DeliveryError) {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory,
            FileManager.default.isWritableFile(atPath: directory)
        else {
            throw DeliveryError(permanence: .transient, description: "the mail folder \(directory) cannot be written")
        }
    }
}
