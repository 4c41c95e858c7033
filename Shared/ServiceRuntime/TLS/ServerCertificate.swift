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
        /// When its certificate runs out.
        var expiry: Date
        /// Whether it was told that the certificate has run out.
        var isExpiryTold = false
        /// The files as they were read, or refused, last.
        var judged: CertificateFiles.Stamp
        /// The files as they were when they were looked at last.
        var seen: CertificateFiles.Stamp
    }

    private let files: CertificateFiles
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let state: Mutex<State>

    /// Encrypts connections that begin.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Reads the files for the first time.
    ///
    /// - Parameters:
    ///   - files: The certificate and its key.
    ///   - logger: Is told what becomes of them.
    ///   - now: The wall clock.
    /// - Throws: ``CertificateError``
    init(
        _ files: CertificateFiles,
        logger: Logger,
        now: @escaping @Sendable () -> Date
    ) throws(CertificateError) {
        let stamp = files.stamp
        let contents = try files.load()
        self.files = files
        self.logger = logger
        self.now = now
        state = Mutex(State(context: contents.context, expiry: contents.expiry, judged: stamp, seen: stamp))
        measure(contents.expiry)
        complainOfExpiry()
    }

    /// Looks whether the files have changed, and takes what they hold then; tells once when the certificate has run out.
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
        complainOfExpiry()
    }

    private func reload() {
        do throws(CertificateError) {
            let contents = try files.load()
            state.withLock { state in
                state.context = contents.context
                state.expiry = contents.expiry
                state.isExpiryTold = false
            }
            logger.notice("certificate replaced", metadata: [LogKey.expiry: "\(contents.expiry.ISO8601Format())"])
            measure(contents.expiry)
        } catch {
            logger.error("certificate refused; the one before stays in force", metadata: [LogKey.error: "\(error)"])
        }
    }

    private func measure(_ expiry: Date) {
        Gauge(label: "clowder_tls_certificate_expiry_seconds").record(expiry.timeIntervalSince1970)
    }

    /// Tells once that the certificate has run out; it is served all the same, as a client may have its reasons.
    private func complainOfExpiry() {
        let passed: Date? = state.withLock { [now] state in
            guard !state.isExpiryTold, state.expiry <= now() else { return nil }
            state.isExpiryTold = true
            return state.expiry
        }
        guard let passed else { return }
        logger.error(
            "certificate has expired; clients refuse it",
            metadata: [LogKey.expiry: "\(passed.ISO8601Format())", LogKey.error: "\(files.certificate) has expired"]
        )
    }
}

extension ServerCertificate {
    /// The certificate that the settings name; nil when they name none.
    ///
    /// - Throws: ``SettingsError`` naming the setting, the file and what is wrong with it.
    static func configured(
        _ settings: Settings,
        logger: Logger,
        now: @escaping @Sendable () -> Date
    ) throws(SettingsError) -> ServerCertificate? {
        let (certificateKey, keyKey) = ("http.tls.certificate", "http.tls.key")
        let files = CertificateFiles(certificate: settings.text(certificateKey), key: settings.text(keyKey))
        if files.certificate.isEmpty, files.key.isEmpty { return nil }
        for (key, other) in [(certificateKey, keyKey), (keyKey, certificateKey)] where settings.text(key).isEmpty {
            throw SettingsError(["\(key) is required when \(other) is given"])
        }
        do {
            return try ServerCertificate(files, logger: logger, now: now)
        } catch {
            let key = error.file == .certificate ? certificateKey : keyKey
            throw SettingsError(["\(key): \(error)"])
        }
    }
}
