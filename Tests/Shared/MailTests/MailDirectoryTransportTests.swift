import Conformance
import FoundationEssentials
import Mail
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct MailDirectoryTransportTests {
    /// A folder that is removed and made again, with what was in it.
    private struct Place: MailPlace {
        let directory: String

        private var folder: String { directory + "/mail" }

        func transport() throws -> any MailTransport { try MailDirectoryTransport(directory: folder) }

        func mails() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }.map { name in
                String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
            }
        }

        func waiting() -> Int { 0 }

        func goAway() throws {
            try FileManager.default.moveItem(atPath: folder, toPath: directory + "/away")
        }

        func comeBack() throws {
            try FileManager.default.moveItem(atPath: directory + "/away", toPath: folder)
        }
    }

    @Test(arguments: MailPromise.ofEveryPlace)
    func keepsThePromiseOfATransport(_ promise: MailPromise) async throws {
        try await promise.check(
            MailEngine(.replaces) { body in
                try await withTemporaryDirectory { try await body(Place(directory: $0)) }
            }
        )
    }

    private func mail(_ id: String, _ text: String = "Subject: x\r\n\r\nbody\r\n") throws -> ComposedMail {
        try ComposedMail(recipient: "ada@example.org", messageID: id, text: text)
    }

    private func files(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }

    @Test func namesEachFileAfterItsMail() async throws {
        try await withTemporaryDirectory { directory in
            let transport = try MailDirectoryTransport(directory: directory + "/new/folder")
            try await transport.deliver(try mail("one@clowder.example"))
            try await transport.deliver(try mail("two@clowder.example"))
            #expect(try files(directory + "/new/folder") == ["one@clowder.example.eml", "two@clowder.example.eml"])
        }
    }

    @Test(arguments: ["../outside", "a/b", "a\0b", "ä", "..", "."])
    func staysInItsFolder(id: String) async throws {
        try await withTemporaryDirectory { directory in
            let transport = try MailDirectoryTransport(directory: directory + "/mail")
            try await transport.deliver(try mail(id))
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
                for number in 0..<20 { try await transport.deliver(try mail("mail-\(number % 4)", text)) }
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

    @Test func refusesToStartWithAFolderThatCannotBe() async throws {
        try await withTemporaryDirectory { directory in
            try Data().write(to: URL(filePath: directory + "/file"))
            #expect(throws: DeliveryError.self) { try MailDirectoryTransport(directory: directory + "/file/mail") }
        }
    }
}
