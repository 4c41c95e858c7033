import FoundationEssentials

/// Writes each mail as an `.eml` file into a directory, named after its `Message-ID`.
///
/// A file appears whole or not at all, and a mail that is delivered twice is one file.
public struct MailDirectoryTransport: MailTransport {
    private let directory: String

    /// Makes the folder where there is none.
    ///
    /// - Throws: ``DeliveryError``, transient, when it cannot be made.
    public init(directory: String) throws(DeliveryError) {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw DeliveryError(permanence: .transient, description: "the mail folder cannot be made: \(error)")
        }
    }

    /// Writes the file beside its place first, and moves it there when it is whole.
    public func deliver(_ mail: ComposedMail) async throws(DeliveryError) {
        let name = String(
            mail.messageID.map { $0.isASCII && ($0.isLetter || $0.isNumber || "@.-".contains($0)) ? $0 : "_" }
        )
        do {
            try Data(mail.text.utf8).write(to: URL(filePath: "\(directory)/\(name).eml"), options: .atomic)
        } catch {
            throw DeliveryError(permanence: .transient, description: "the mail folder cannot be written: \(error)")
        }
    }

    /// Asks whether the folder is there and can be written.
    public func check() async throws(DeliveryError) {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory,
            FileManager.default.isWritableFile(atPath: directory)
        else {
            throw DeliveryError(permanence: .transient, description: "the mail folder \(directory) cannot be written")
        }
    }
}
