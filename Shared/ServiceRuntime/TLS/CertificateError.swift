/// What is wrong with one of the files of a certificate.
struct CertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which file it is.
    enum File: Hashable, Sendable {
        case certificate
        case key
    }

    /// Which file is wrong.
    let file: File
    /// The file and what is wrong with it.
    let description: String

    init(_ file: File, _ path: String, _ reason: String) {
        self.file = file
        description = "\(path) \(reason)"
    }
}
