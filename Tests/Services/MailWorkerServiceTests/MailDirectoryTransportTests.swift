import FoundationEssentials
import TestSupport
import Testing

@testable import MailWorkerService

@Suite(.timeLimit(.minutes(1))) struct MailDirectoryTransportTests {
    private func mail(_ id: String, _ text: String = "Subject: x\r\n\r\nbody\r\n") -> ComposedMail {
        ComposedMail(recipient: "ada@example.org", messageID: id, text: text)
    }

    private func files(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    @Test func writesEachMailIntoAFileOfItsOwn() async throws {
        try await withTemporaryDirectory { directory in
            let transport = try MailDirectoryTransport(directory: directory + "/new/folder")
            try await transport.check()
            try await transport.deliver(mail("one@clowder.example"))
            try await transport.deliver(mail("two@clowder.example"))
            #expect(try files(directory + "/new/folder") == ["one@clowder.example.eml", "two@clowder.example.eml"])
            let data = try Data(contentsOf: URL(filePath: directory + "/new/folder/one@clowder.example.eml"))
            #expect(String(decoding: data, as: UTF8.self) == "Subject: x\r\n\r\nbody\r\n")
        }
    }

    @Test func keepsOneFileOfAMailThatIsDeliveredTwice() async throws {
        try await withTemporaryDirectory { directory in
            let transport = try MailDirectoryTransport(directory: directory)
            for _ in 0..<3 { try await transport.deliver(mail("one@clowder.example")) }
            #expect(try files(directory) == ["one@clowder.example.eml"])
        }
    }

    @Test(arguments: ["../outside", "a/b", "a\0b", "ä", "..", "."])
    func staysInItsFolder(id: String) async throws {
        try await withTemporaryDirectory { directory in
            let transport = try MailDirectoryTransport(directory: directory + "/mail")
            try await transport.deliver(mail(id))
            #expect(try files(directory) == ["mail"])
            #expect(try files(directory + "/mail").count == 1)
        }
    }

    /// Whoever looks into the folder meanwhile sees whole mails only.
    @Test func showsAMailWholeOrNotAtAll() async throws {
        try await withTemporaryDirectory { directory in
            let transport = try MailDirectoryTransport(directory: directory)
            let text = String(repeating: "line\r\n", count: 50_000)
            async let deliveries: Void = {
                for number in 0..<20 { try await transport.deliver(mail("mail-\(number % 4)", text)) }
            }()
            _ = try await eventually("the last mail") {
                for file in try files(directory) where file.hasSuffix(".eml") {
                    let data = try Data(contentsOf: URL(filePath: "\(directory)/\(file)"))
                    #expect(data.count == text.utf8.count)
                }
                return try files(directory).contains("mail-3.eml") ? true : nil
            }
            try await deliveries
            #expect(try files(directory).count == 4)
        }
    }

    @Test func asksToTryAgainWhileTheFolderIsAway() async throws {
        try await withTemporaryDirectory { directory in
            let transport = try MailDirectoryTransport(directory: directory + "/mail")
            try FileManager.default.removeItem(atPath: directory + "/mail")
            await #expect {
                try await transport.deliver(mail("one"))
            } throws: {
                ($0 as? DeliveryError)?.permanence == .transient
            }
            await #expect(throws: DeliveryError.self) { try await transport.check() }
        }
    }

    @Test func refusesToStartWithAFolderThatCannotBe() async throws {
        try await withTemporaryDirectory { directory in
            try Data().write(to: URL(filePath: directory + "/file"))
            #expect(throws: DeliveryError.self) { try MailDirectoryTransport(directory: directory + "/file/mail") }
        }
    }
}
