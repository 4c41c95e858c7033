import FoundationEssentials
import Logging
import Metrics
import NIOSSL
import StructuredLogging
import Synchronization

/// The certificate of a listener, which may be replaced while connections are open.
///
/// A connection keeps the certificate that it began with.
final class ServerCertificate: Sendable {
    private struct State {
        var context: NIOSSLContext
        /// The files as they were read, or refused, last.
        var judged: CertificateFiles.Stamp
        /// The files as they were when they were looked at last.
        var seen: CertificateFiles.Stamp
    }

    private let files: CertificateFiles
    private let logger: Logger
    private let state: Mutex<State>

    /// Encrypts connections that begin.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Reads the files for the first time.
    ///
    /// - Throws: ``CertificateError``
    init(_ files: CertificateFiles, logger: Logger) throws(CertificateError) {
        let stamp = files.stamp
        let contents = try files.load()
        self.files = files
        self.logger = logger
        state = Mutex(State(context: contents.context, judged: stamp, seen: stamp))
        tell(contents.expiry)
    }

    /// Looks whether the files have changed, and takes what they hold then.
    ///
    /// Files are read only when they are the same as at the look before: whoever replaces them, one after the other,
    /// is given time for both. What is wrong with them is said once; the certificate before stays in force.
    func look() {
        let stamp = files.stamp
        let isDue = state.withLock { state in
            let isSettled = state.seen == stamp
            state.seen = stamp
            guard isSettled, state.judged != stamp else { return false }
            state.judged = stamp
            return true
        }
        if isDue { reload() }
    }

    private func reload() {
        do throws(CertificateError) {
            let contents = try files.load()
            state.withLock { $0.context = contents.context }
            logger.notice("certificate replaced", metadata: [LogKey.expiry: "\(contents.expiry.ISO8601Format())"])
            tell(contents.expiry)
        } catch {
            logger.error("certificate refused; the one before stays in force", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// Tells when the certificate runs out; one that has is served all the same, as a client may have its reasons.
    private func tell(_ expiry: Date) {
        Gauge(label: "clowder_tls_certificate_expiry_seconds").record(expiry.timeIntervalSince1970)
        guard expiry <= Date.now else { return }
        logger.error(
            "certificate has expired; clients refuse it",
            metadata: [LogKey.expiry: "\(expiry.ISO8601Format())", LogKey.error: "\(files.certificate) has expired"]
        )
    }
}

extension ServerCertificate {
    /// The certificate that the settings name; nil when they name none.
    ///
    /// - Throws: ``SettingsError`` naming the setting, the file and what is wrong with it.
    static func configured(_ settings: Settings, logger: Logger) throws(SettingsError) -> ServerCertificate? {
        let (certificateKey, keyKey) = ("http.tls.certificate", "http.tls.key")
        let files = CertificateFiles(certificate: settings.text(certificateKey), key: settings.text(keyKey))
        if files.certificate.isEmpty, files.key.isEmpty { return nil }
        for (key, other) in [(certificateKey, keyKey), (keyKey, certificateKey)] where settings.text(key).isEmpty {
            throw SettingsError(["\(key) is required when \(other) is given"])
        }
        do {
            return try ServerCertificate(files, logger: logger)
        } catch {
            let key = error.file == .certificate ? certificateKey : keyKey
            throw SettingsError(["\(key): \(error)"])
        }
    }
}
