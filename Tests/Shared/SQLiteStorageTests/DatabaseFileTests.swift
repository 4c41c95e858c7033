import FoundationEssentials
import SQLStorage
import Synchronization
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

    /// Processes that end take the last copy of a file that was deleted along, and leave a log that spoils a new one.
    @Test func saysWhatWouldSpoilTheRescueAndWhereItIsDescribed() async throws {
        let page = "docs/runbooks/restore-from-backup.md"
        let place = page + "#a-file-that-was-removed-or-replaced"
        try await ScratchDatabase.with { scratch in
            try await scratch.insert()
            try FileManager.default.removeItem(atPath: scratch.path)
            for words in ["do not end the processes that have it open", place] {
                try await expectRefusal(of: scratch, saying: words)
            }
            try Data().write(to: URL(filePath: scratch.path))
            for words in ["end them all, remove the -wal and -shm", place] {
                try await expectRefusal(of: scratch, saying: words)
            }
        }
        let runbook = try String(contentsOfFile: ProjectFiles.root + "/" + page, encoding: .utf8)
        #expect(runbook.contains("\n## A file that was removed or replaced\n"))
    }

    @Test func tellsTheFileThatWasRemovedWhileItWasBeingOpened() async throws {
        try await ScratchDatabase.with { scratch in
            let other = Mutex<SQLiteConnection?>(nil)
            try other.withLock { connection in
                connection = try SQLiteConnection(path: scratch.path, role: .writer, wait: BusyWait(limit: .zero))
                try connection?.run("BEGIN IMMEDIATE")
            }
            var wait = BusyWait(limit: .seconds(60))
            wait.sleep = { [path = scratch.path] _ in
                // A file that was removed at the pause before.
                try? FileManager.default.removeItem(atPath: path)
                other.withLock { $0 = nil }
            }
            let more = SQLiteMigration("2 more", "CREATE TABLE more (number INTEGER NOT NULL) STRICT")
            let error = #expect(throws: SQLiteStorageError.self) {
                try SQLiteDatabase.open(scratch.path, migrations: [ScratchDatabase.migration, more], wait: wait)
            }
            #expect(error?.path == scratch.path)
            #expect(error?.message.contains("was removed while it was open") == true)
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
