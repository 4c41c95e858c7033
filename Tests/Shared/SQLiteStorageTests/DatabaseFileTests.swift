import FoundationEssentials
import SQLStorage
import TestSupport
import Testing

@testable import SQLiteStorage

/// A file that is removed or replaced under a process takes rows that nobody sees again.
@Suite(.timeLimit(.minutes(1))) struct DatabaseFileTests {
    @Test func refusesToWorkWithAFileThatWasRemoved() async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.insert()
            #expect(try await scratch.entries() == 1)
            try FileManager.default.removeItem(atPath: scratch.path)
            try await expectRefusal(of: scratch, saying: "\(scratch.path) was removed while it was open")
            // No connection makes an empty file in its place.
            #expect(!FileManager.default.fileExists(atPath: scratch.path))
        }
    }

    /// Whether its connections are open already or not.
    @Test(arguments: [true, false])
    func refusesToWorkWithAnotherFileInItsPlace(hasRead: Bool) async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.insert()
            if hasRead { _ = try await scratch.entries() }
            let other = scratch.path + ".other"
            _ = try SQLiteDatabase.open(other, migrations: [ScratchDatabase.migration])
            try FileManager.default.moveItem(atPath: scratch.path, toPath: scratch.path + ".old")
            try FileManager.default.moveItem(atPath: other, toPath: scratch.path)
            try await expectRefusal(of: scratch, saying: "\(scratch.path) was replaced while it was open")
        }
    }

    @Test func goesOnWhenTheFileIsBack() async throws {
        try await ScratchDatabase.with { scratch in
            try await scratch.insert()
            let aside = scratch.path + ".aside"
            try FileManager.default.moveItem(atPath: scratch.path, toPath: aside)
            try await expectRefusal(of: scratch, saying: "was removed")
            try FileManager.default.moveItem(atPath: aside, toPath: scratch.path)
            try await scratch.insert()
            #expect(try await scratch.entries() == 2)
        }
    }

    private func expectRefusal(of scratch: ScratchDatabase, saying words: String) async throws {
        let reading = await #expect(throws: SQLError.self) { try await scratch.entries() }
        let writing = await #expect(throws: SQLError.self) { try await scratch.insert() }
        for error in [reading, writing] {
            #expect(error?.code == .unavailable)
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
    }
}
