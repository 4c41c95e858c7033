import Messaging
package import SQLStorage
import TestSupport
import Testing

/// What ``SQLOutbox`` promises on every engine.
///
/// The database is empty but for the outbox's own table and a table `account (id TEXT PRIMARY KEY)`.
package struct OutboxConformance {
    private struct Refused: Error {}

    private let database: any SQLDatabase
    private let outbox: SQLOutbox
    private let time: ManualTime

    package init(database: any SQLDatabase) {
        let time = ManualTime()
        self.database = database
        self.time = time
        outbox = SQLOutbox(database: database, now: { time.date })
    }

    /// The statements that make the tables that the battery needs.
    package static func tables(_ dialect: SQLDialect) -> String {
        "CREATE TABLE account (id TEXT PRIMARY KEY); " + SQLOutbox.tables(dialect) + SQLOutbox.refusals(dialect)
    }

    package func check() async throws {
        try await keepsWhatItsTransactionCommits()
        try await losesWhatItsTransactionTakesBack()
        try await takesTheChangeBackWhenTheMessageCannotBeWritten()
        try await givesTheOldestFirstAndEachToOneRelay()
        try await givesAMessageAgainWhenTheLeaseEnds()
        try await givesAReleasedMessageAgainAtOnce()
        try await givesNoRelayedMessageAgain()
        try await leavesARefusedMessageAloneForAWhile()
        try await forgetsTheRefusalOfWhatIsRelayed()
        try await tellsForHowLongTheOldestHasWaited()
        try await erasesTheBodyOfARelayedMessage()
        try await keepsRelayedRowsForAWeek()
        try await discardsWhatATextOccursIn()
        try await givesEachMessageOnceToManyRelays()
        try await keepsToTheLimitWhateverThePlannerKnows()
        try await saysThatTheStoreFailed()
    }

    private func keepsWhatItsTransactionCommits() async throws {
        let message = sample("a", body: "contents", headers: ["X-Correlation-ID": "abc"])
        try await append(message)
        #expect(try await outbox.backlog() == 1)
        #expect(try await outbox.claim(limit: 10, lease: .seconds(10)) == [message])
        try await empty()
    }

    private func losesWhatItsTransactionTakesBack() async throws {
        await #expect(throws: Refused.self) {
            try await database.write { [outbox] session in
                try session.execute("INSERT INTO account (id) VALUES ('1')")
                try outbox.append(sample("a"), in: session)
                throw Refused()
            }
        }
        #expect(try await outbox.backlog() == 0)
        #expect(try await claim() == [])
        #expect(try await count("account") == 0)
    }

    /// The other way round: a message that cannot be written takes the change back with it.
    private func takesTheChangeBackWhenTheMessageCannotBeWritten() async throws {
        try await append(sample("a"))
        await #expect(throws: SQLError.self) {
            try await database.write { [outbox] session in
                try session.execute("INSERT INTO account (id) VALUES ('1')")
                try outbox.append(sample("a"), in: session)
            }
        }
        #expect(try await count("account") == 0)
        try await empty()
    }

    private func givesTheOldestFirstAndEachToOneRelay() async throws {
        for id in ["a", "b", "c"] { try await append(sample(id)) }
        #expect(try await claim(limit: 2) == ["a", "b"])
        #expect(try await claim() == ["c"])
        #expect(try await claim() == [])
        #expect(try await outbox.backlog() == 3)
        try await empty()
    }

    private func givesAMessageAgainWhenTheLeaseEnds() async throws {
        try await append(sample("a"))
        #expect(try await claim() == ["a"])
        time.advance(by: .milliseconds(9999))
        #expect(try await claim() == [])
        time.advance(by: .milliseconds(1))
        #expect(try await claim() == ["a"])
        try await empty()
    }

    private func givesAReleasedMessageAgainAtOnce() async throws {
        for id in ["a", "b"] { try await append(sample(id)) }
        #expect(try await claim() == ["a", "b"])
        try await outbox.release(["b", "unknown"])
        #expect(try await claim() == ["b"])
        try await empty()
    }

    private func givesNoRelayedMessageAgain() async throws {
        for id in ["a", "b"] { try await append(sample(id)) }
        #expect(try await claim() == ["a", "b"])
        try await outbox.markRelayed(["a"])
        try await outbox.release(["a"])
        time.advance(by: .seconds(3600))
        #expect(try await claim() == ["b"])
        #expect(try await outbox.backlog() == 1)
        try await empty()
    }

    private func leavesARefusedMessageAloneForAWhile() async throws {
        for id in ["a", "b"] { try await append(sample(id, body: "contents")) }
        #expect(try await claim() == ["a", "b"])
        try await outbox.setAside("a", for: .seconds(600), because: "too long")
        try await outbox.setAside("unknown", for: .seconds(600), because: "too long")
        try await outbox.release(["b"])
        #expect(try await outbox.backlog() == 2)
        #expect(try await outbox.refused() == 1)
        let reason: String? = try await database.read { try $0.value("SELECT refusal FROM outbox WHERE id = 'a'") }
        #expect(reason == "too long")
        time.advance(by: .milliseconds(599_999))
        #expect(try await claim() == ["b"])
        time.advance(by: .milliseconds(1))
        #expect(try await outbox.claim(limit: 1, lease: .seconds(10)) == [sample("a", body: "contents")])
        #expect(try await outbox.refused() == 1)
        try await empty()
    }

    private func forgetsTheRefusalOfWhatIsRelayed() async throws {
        try await append(sample("a"))
        try await outbox.setAside("a", for: .seconds(600), because: "too long")
        try await outbox.markRelayed(["a"])
        try await outbox.setAside("a", for: .seconds(600), because: "too late")
        #expect(try await outbox.refused() == 0)
        let refusals: Int? = try await database.read { try $0.value("SELECT count(refusal) FROM outbox") }
        #expect(refusals == 0)
        try await empty()
    }

    /// Being claimed is waiting still.
    private func tellsForHowLongTheOldestHasWaited() async throws {
        #expect(try await outbox.longestWait() == nil)
        try await append(sample("a"))
        time.advance(by: .seconds(5))
        try await append(sample("b"))
        time.advance(by: .seconds(2))
        #expect(try await claim() == ["a", "b"])
        #expect(try await outbox.longestWait() == .seconds(7))
        try await outbox.markRelayed(["a"])
        #expect(try await outbox.longestWait() == .seconds(2))
        try await outbox.setAside("b", for: .zero, because: "too long")
        #expect(try await outbox.longestWait() == nil)
        try await empty()
    }

    private func erasesTheBodyOfARelayedMessage() async throws {
        try await append(sample("a", body: "private"))
        try await outbox.markRelayed(["a"])
        let body: [UInt8]? = try await database.read { try $0.value("SELECT body FROM outbox") }
        #expect(body == [])
        try await empty()
    }

    private func keepsRelayedRowsForAWeek() async throws {
        #expect(SQLOutbox.retention == .seconds(604_800))
        for id in ["relayed", "waiting"] { try await append(sample(id)) }
        try await outbox.markRelayed(["relayed"])
        time.advance(by: SQLOutbox.retention)
        try await outbox.markRelayed([])
        #expect(try await count("outbox") == 2)
        time.advance(by: .seconds(1))
        try await outbox.markRelayed([])
        #expect(try await count("outbox") == 1)
        #expect(try await claim() == ["waiting"])
        try await empty()
    }

    /// Only of its topic, and only what is not on its way: the rest is evidence.
    private func discardsWhatATextOccursIn() async throws {
        for id in ["a", "b"] { try await append(sample(id, body: "of ä\"\(id)\"")) }
        try await append(sample("relayed", body: "of ä\"a\""))
        try await outbox.markRelayed(["relayed"])
        try await database.write { [outbox] session in
            try outbox.discard(topic: "other", containing: "ä\"b\"", in: session)
            try outbox.discard(topic: "sample", containing: "ä\"a\"", in: session)
        }
        #expect(try await claim() == ["b"])
        #expect(try await count("outbox") == 2)
        try await empty()
    }

    private func givesEachMessageOnceToManyRelays() async throws {
        let ids = (0..<60).map { "\($0)" }
        for id in ids { try await append(sample(id)) }
        let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<6 { group.addTask { try await claim(limit: 10) + (try await claim(limit: 10)) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        // Relays may find rows taken that they looked for, and come back with less; nobody has one twice.
        #expect(Set(claimed).count == claimed.count)
        #expect(Set(claimed + (try await claim(limit: 60))) == Set(ids))
        try await empty()
    }

    /// A planner that believes in one row joins in another way.
    private func keepsToTheLimitWhateverThePlannerKnows() async throws {
        try await append(sample("first"))
        _ = try await database.write { try $0.execute("ANALYZE outbox") }
        for number in 0..<31 { try await append(sample("\(number)")) }
        #expect(try await claim(limit: 2) == ["first", "0"])
        try await empty()
    }

    private func saysThatTheStoreFailed() async throws {
        _ = try await database.write { try $0.execute("DROP TABLE outbox") }
        await #expect { _ = try await outbox.claim(limit: 1, lease: .seconds(1)) } throws: { isUnavailable($0) }
        await #expect { try await outbox.markRelayed(["a"]) } throws: { isUnavailable($0) }
        await #expect { try await outbox.setAside("a", for: .seconds(1), because: "") } throws: { isUnavailable($0) }
        await #expect { _ = try await outbox.backlog() } throws: { isUnavailable($0) }
        await #expect { _ = try await outbox.refused() } throws: { isUnavailable($0) }
        await #expect { _ = try await outbox.longestWait() } throws: { isUnavailable($0) }
    }

    // MARK: What the promises are tried with

    private func isUnavailable(_ error: any Error) -> Bool {
        (error as? MessagingError)?.code == .unavailable
    }

    private func append(_ message: Message) async throws {
        try await database.write { [outbox] in try outbox.append(message, in: $0) }
    }

    private func claim(limit: Int = 10) async throws -> [String] {
        try await outbox.claim(limit: limit, lease: .seconds(10)).map(\.id)
    }

    private func count(_ table: String) async throws -> Int? {
        try await database.read { try $0.value("SELECT count(*) FROM \(table)") }
    }

    private func empty() async throws {
        _ = try await database.write { try $0.execute("DELETE FROM outbox") }
    }
}

private func sample(_ id: String, body: String = "", headers: [String: String] = [:]) -> Message {
    Message(id: id, topic: "sample", body: Array(body.utf8), headers: headers)
}
