import CSQLite
import SQLStorage
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStorage

/// How a writer waits while another process writes.
@Suite(.timeLimit(.minutes(1))) struct BusyWaitTests {
    @Test(arguments: [0, 1, 49, 328, 329, 5000].map { Duration.milliseconds($0) })
    func waitsAsLongAsItMay(limit: Duration) throws {
        let wait = BusyWait(limit: limit)
        var pauses: [Duration] = []
        while wait.pause(after: pauses.count) > .zero { pauses.append(wait.pause(after: pauses.count)) }
        #expect(pauses.reduce(.zero, +) == limit)
        #expect(pauses.dropLast() == pauses.dropLast().sorted() && pauses.allSatisfy { $0 <= .milliseconds(100) })
        #expect(!wait.goesOn(after: pauses.count))
    }

    @Test func writesWhenTheOtherWriterIsDone() async throws {
        let isWaiting = Flag()
        try await ScratchDatabase.with(wait: .noticed(by: isWaiting)) { scratch in
            let other = try OtherWriter(of: scratch)
            let write = Attempt { try await scratch.insert() }
            try await eventually("the beginning of the wait") { isWaiting.isRaised }
            try other.commit()
            try await write.ends().get()
            #expect(try await scratch.entries() == 2)
        }
    }

    @Test func givesUpWhenTheOtherWriterTakesTooLong() async throws {
        try await ScratchDatabase.with(wait: BusyWait(limit: .milliseconds(50))) { scratch in
            let other = try OtherWriter(of: scratch)
            let result = try await Attempt { try await scratch.insert() }.ends()
            let error = #expect(throws: SQLError.self) { try result.get() }
            #expect(error?.code == .unavailable)
            #expect((error?.cause as? SQLiteError)?.code == SQLITE_BUSY)
            try other.commit()
            try await scratch.write()
            #expect(try await scratch.entries() == 2)
        }
    }

    @Test func givesUpWhenItIsCancelled() async throws {
        let isWaiting = Flag()
        try await ScratchDatabase.with(wait: .noticed(by: isWaiting)) { scratch in
            let other = try OtherWriter(of: scratch)
            let write = Attempt { try await scratch.insert() }
            try await eventually("the beginning of the wait") { isWaiting.isRaised }
            write.cancel()
            let result = try await write.ends()
            #expect(throws: CancellationError.self) { try result.get() }
            try other.commit()
            try await scratch.write()
            #expect(try await scratch.entries() == 2)
        }
    }
}

/// Something that has come about.
private final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() { state.withLock { $0 = true } }
}

extension BusyWait {
    /// A wait of an hour at most that raises the flag when it begins.
    fileprivate static func noticed(by flag: Flag) -> Self {
        Self(limit: .seconds(3600)) { pause in
            flag.raise()
            blockThread(for: pause)
        }
    }
}

/// What another process would be: a connection of its own, in the middle of writing one entry.
private final class OtherWriter {
    private let connection: SQLiteConnection

    init(of scratch: ScratchDatabase) throws {
        connection = try SQLiteConnection(path: scratch.path, role: .writer, wait: BusyWait(limit: .zero))
        try connection.run("BEGIN IMMEDIATE")
        try connection.run("INSERT INTO entry (number) VALUES (0)")
    }

    func commit() throws {
        try connection.run("COMMIT")
    }
}
