import Configuration
import FoundationEssentials
import Logging
import TestSupport
import Testing

@testable import ServiceRuntime

/// The settings of a listener's certificate, and what is said when they are wrong.
@Suite struct CertificateSettingsTests {
    private func configured(_ certificate: String, _ key: String) throws -> ServerCertificate? {
        let arguments = ["--registry-url=dns:x", "--http-tls-certificate=\(certificate)", "--http-tls-key=\(key)"]
        let settings = try Settings.load(ServiceSettings.all, arguments: arguments, environment: [:])
        return try ServerCertificate.configured(settings, logger: Logger(label: "tests"), now: { Date.now })
    }

    private func problem(_ certificate: String, _ key: String) -> String? {
        do {
            _ = try configured(certificate, key)
            return nil
        } catch {
            return (error as? SettingsError)?.description
        }
    }

    @Test func isOffWithoutFiles() throws {
        #expect(try configured("", "") == nil)
    }

    @Test func needsBothFilesOrNone() {
        #expect(problem("a", "") == "http.tls.key is required when http.tls.certificate is given")
        #expect(problem("", "a") == "http.tls.certificate is required when http.tls.key is given")
    }

    @Test func takesAPair() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.first)
            #expect(try configured(files.certificate, files.key) != nil)
        }
    }

    @Test func namesTheFileAndWhatIsWrongWithIt() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            let (certificate, key) = (files.certificate, files.key)
            #expect(problem(certificate, key) == "http.tls.certificate: \(certificate) cannot be read")
            try files.write(certificate: TestCertificate.first.certificate)
            #expect(problem(certificate, key) == "http.tls.key: \(key) cannot be read")
            try files.write(key: TestCertificate.second.key)
            let mismatch = "http.tls.key: \(key) is not the key of the certificate in \(certificate)"
            #expect(problem(certificate, key) == mismatch)
            try files.write(key: TestCertificate.encryptedKey)
            let encrypted = "http.tls.key: \(key) is encrypted; keys with a passphrase are not supported"
            #expect(problem(certificate, key) == encrypted)
            try files.write(key: "nonsense")
            #expect(problem(certificate, key) == "http.tls.key: \(key) holds no private key in PEM")
            try files.write(certificate: "nonsense")
            #expect(problem(certificate, key) == "http.tls.certificate: \(certificate) holds no certificate in PEM")
        }
    }
}
