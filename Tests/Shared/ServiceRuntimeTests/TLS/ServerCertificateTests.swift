import Configuration
import FoundationEssentials
import InMemoryLogging
import Logging
import TestSupport
import Testing

@testable import ServiceRuntime

/// What a listener's certificate is read from, and when it is read again.
@Suite struct ServerCertificateTests {
    private let log = InMemoryLogHandler()
    private let time = ManualTime(start: .now)

    private var lines: [String] { log.entries.map { "\($0.level) \($0.message)" } }

    private func make(_ files: CertificateFiles) throws -> ServerCertificate {
        try ServerCertificate(files, logger: Logger(label: "tests") { [log] _ in log }, now: { [time] in time.date })
    }

    /// Looks as often as a change needs to be taken.
    private func settle(_ certificate: ServerCertificate) {
        certificate.look()
        certificate.look()
    }

    @Test func knowsWhenItRunsOut() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.first)
            #expect(try files.load().expiry.ISO8601Format().hasPrefix("2126-"))
        }
    }

    @Test func takesANewPairAndSaysSo() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.first)
            let certificate = try make(files)
            let before = certificate.context
            try files.write(.second)
            certificate.look()
            #expect(certificate.context === before)
            certificate.look()
            #expect(certificate.context !== before)
            settle(certificate)
            #expect(lines == ["notice certificate replaced"])
            #expect(log.entries.first?.metadata["expires.at"]?.description.hasPrefix("2126-") == true)
        }
    }

    /// A client may take it all the same: what has run out serves, and is complained about.
    @Test func saysThatOneHasRunOut() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.expired)
            let certificate = try make(files)
            #expect(lines == ["error certificate has expired; clients refuse it"])
            #expect(log.entries.first?.metadata["expires.at"]?.description == "2020-01-02T00:00:00Z")
            #expect(log.entries.first?.metadata["error"]?.description == "\(files.certificate) has expired")
            try files.write(.first)
            settle(certificate)
            try files.write(.expired)
            settle(certificate)
            let last = ["notice certificate replaced", "error certificate has expired; clients refuse it"]
            #expect(Array(lines.suffix(2)) == last && lines.count == 4)
        }
    }

    @Test func saysOnceThatOneRunsOutWhileItIsServed() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.first)
            let certificate = try make(files)
            let expiry = try files.load().expiry
            let left = Duration.seconds(expiry.timeIntervalSince(time.date))
            time.advance(by: left - .seconds(1))
            certificate.look()
            #expect(lines == [])
            time.advance(by: .seconds(1))
            for _ in 0..<3 { certificate.look() }
            #expect(lines == ["error certificate has expired; clients refuse it"])
            #expect(log.entries.first?.metadata["expires.at"]?.description == expiry.ISO8601Format())
            // A broken pair in its place changes nothing about that; the next one that has run out is told again.
            try files.write(key: "nonsense")
            settle(certificate)
            try files.write(.second)
            settle(certificate)
            #expect(
                Array(lines.dropFirst()) == [
                    "error certificate refused; the one before stays in force", "notice certificate replaced",
                    "error certificate has expired; clients refuse it",
                ]
            )
        }
    }

    @Test func staysWithTheOldOneWhileNothingChanges() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.first)
            let certificate = try make(files)
            let before = certificate.context
            settle(certificate)
            #expect(certificate.context === before && lines == [])
        }
    }

    /// A pair is written one file after the other: what is between is not judged.
    @Test func waitsForTheSecondFile() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.first)
            let certificate = try make(files)
            try files.write(certificate: TestCertificate.second.certificate)
            certificate.look()
            try files.write(key: TestCertificate.second.key)
            settle(certificate)
            #expect(lines == ["notice certificate replaced"])
        }
    }

    @Test func refusesABrokenPairOnceAndTakesItsRepair() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.first)
            let certificate = try make(files)
            let before = certificate.context
            try files.write(key: TestCertificate.second.key)
            for _ in 0..<5 { certificate.look() }
            #expect(certificate.context === before)
            #expect(lines == ["error certificate refused; the one before stays in force"])
            try files.write(certificate: TestCertificate.second.certificate)
            settle(certificate)
            #expect(certificate.context !== before)
            #expect(lines.last == "notice certificate replaced" && lines.count == 2)
        }
    }

    @Test func keepsTheOldOneWhenAFileIsGone() async throws {
        try await withTemporaryDirectory { directory in
            let files = CertificateFiles(in: directory)
            try files.write(.first)
            let certificate = try make(files)
            try FileManager.default.removeItem(atPath: files.key)
            for _ in 0..<5 { certificate.look() }
            #expect(lines.count == 1)
            #expect(log.entries.first?.metadata["error"]?.description == "\(files.key) cannot be read")
        }
    }
}
