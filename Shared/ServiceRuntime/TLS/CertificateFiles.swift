import FoundationEssentials
import NIOSSL

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The two PEM files of a listener: the certificate with its chain, and its private key.
struct CertificateFiles: Hashable, Sendable {
    let certificate: String
    let key: String

    /// What the files hold.
    struct Contents: Sendable {
        /// Encrypts connections.
        let context: NIOSSLContext
        /// When the certificate itself, without its chain, runs out.
        let expiry: Date
    }

    /// Reads both files.
    ///
    /// - Throws: ``CertificateError`` naming the file and what is wrong with it.
    func load() throws(CertificateError) -> Contents {
        let chain = try loadChain()
        let key = try loadKey()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        configuration.shutdownTimeout = TLSLimits.shutdownTime
        // Clients show no certificates: the system's authorities need not be read.
        configuration.trustRoots = .certificates([])
        do {
            let context = try NIOSSLContext(configuration: configuration)
            return Contents(context: context, expiry: Self.expiry(of: chain[0]))
        } catch {
            throw CertificateError(.key, self.key, "is not the key of the certificate in \(certificate)")
        }
    }

    private static func expiry(of certificate: NIOSSLCertificate) -> Date {
        Date(timeIntervalSince1970: Double(certificate.notValidAfter))
    }

    private func loadChain() throws(CertificateError) -> [NIOSSLCertificate] {
        let bytes = try Self.contents(of: certificate, .certificate)
        // The library's errors say no more than the one that is thrown.
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(bytes), !chain.isEmpty else {
            throw CertificateError(.certificate, certificate, "holds no certificate in PEM")
        }
        return chain
    }

    private func loadKey() throws(CertificateError) -> NIOSSLPrivateKey {
        let bytes = try Self.contents(of: key, .key)
        let text = String(decoding: bytes, as: UTF8.self)
        guard !text.contains("BEGIN ENCRYPTED PRIVATE KEY"), !text.contains("Proc-Type: 4,ENCRYPTED") else {
            throw CertificateError(.key, key, "is encrypted; keys with a passphrase are not supported")
        }
        // The library's errors say no more than the one that is thrown.
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw CertificateError(.key, key, "holds no private key in PEM")
        }
        return key
    }

    private static func contents(of path: String, _ file: CertificateError.File) throws(CertificateError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CertificateError(file, path, "cannot be read")
        }
        return [UInt8](data)
    }
}

// MARK: Changes

extension CertificateFiles {
    /// What tells one content of the files from another, without reading them.
    struct Stamp: Hashable, Sendable {
        private var numbers: [Int] = []

        fileprivate init(_ paths: [String]) {
            for path in paths {
                var found = stat()
                // A file that is gone is a change like any other.
                guard stat(path, &found) == 0 else {
                    numbers.append(-1)
                    continue
                }
                numbers += [
                    Int(found.st_ino), Int(found.st_size), Int(found.modificationTime.tv_sec),
                    Int(found.modificationTime.tv_nsec),
                ]
            }
        }
    }

    /// The stamp of what the files hold at the moment.
    var stamp: Stamp { Stamp([certificate, key]) }
}

extension stat {
    fileprivate var modificationTime: timespec {
        #if canImport(Darwin)
        st_mtimespec
        #else
        st_mtim
        #endif
    }
}
