import Conformance
import FoundationEssentials
import Mail
import TestSupport
import Testing

/// The transport that writes into a folder, on a disk that is full.
@Suite(.timeLimit(.minutes(1))) struct MailFolderTests {
    @Test(.enabled("a small disk can be mounted here") { await SmallDisk.canBeMounted() })
    func asksToTryAgainWhileThereIsNoRoom() async throws {
        try await withTemporaryDirectory { directory in
            try await SmallDisk.with(at: directory + "/disk") { disk in
                let transport = try MailDirectoryTransport(directory: disk + "/mail")
                // Ten megabytes, on a disk of eight.
                let large = try ComposedMail.sample("large", body: String(repeating: "12345678\r\n", count: 1 << 20))
                let error = await #expect(throws: DeliveryError.self) { try await transport.deliver(large) }
                #expect(error?.permanence == .transient)
                // What was begun is gone, and its room is free for another mail.
                #expect(try FileManager.default.contentsOfDirectory(atPath: disk + "/mail") == [])
                let small = try ComposedMail.sample("small", body: String(repeating: "12345678\r\n", count: 1 << 18))
                try await transport.deliver(small)
                let files = try FileManager.default.contentsOfDirectory(atPath: disk + "/mail")
                #expect(files == ["small@clowder.example.eml"])
            }
        }
    }
}
