package import SQLStorage
import TestSupport
import Testing

/// What a ``SQLDatabase`` promises, whatever engine is behind it.
///
/// The database is empty.
package struct SQLDatabaseConformance {
    private struct Refused: Error {}

    private let database: any SQLDatabase

    package init(_ database: any SQLDatabase) {
        self.database = database
    }

    package func check() async throws {
        _ = try await database.write { [dialect = database.dialect] session in
            try session.execute(
                """
                CREATE TABLE thing (
                    id \(dialect.growingKey), name TEXT \(dialect.binaryCollation), number \(dialect.integer),
                    size \(dialect.real), contents \(dialect.bytes)
                ) \(dialect.strict)
                """
            )
        }
        try await returnsWhatWasStored()
        try await givesNumbersThatGrow()
        try await ordersTextsByTheirBytes()
        try await tellsHowManyRowsChanged()
        try await storesAllOrNothing()
        try await changesNothingInARead()
        try await readsOneState()
        try await runsChangesAsIfOneAfterTheOther()
        try await keepsTwoFromBothGoing()
        try await takesTurnsWhereRowsAreTaken()
        try await tellsADefect()
        try await givesItsConnectionsBack()
    }

    private func returnsWhatWasStored() async throws {
        let texts: [String?] = ["", "Köln 🐈", "'; DROP TABLE thing; --", "e\u{301}", "\u{e9}", nil]
        let numbers: [Int64?] = [0, -1, .max, .min, 1 << 40, nil]
        let sizes: [Double?] = [0, -0.1, 1e-300, .greatestFiniteMagnitude, 1_700_000_000.123_456_7, nil]
        let contents: [[UInt8]?] = [[], [0], Array(0...255), [92, 120], Array("text".utf8), nil]
        for index in texts.indices {
            try await insert(texts[index], numbers[index], sizes[index], contents[index])
        }
        let rows = try await database.read { session in
            try session.rows("SELECT name, number, size, contents FROM thing ORDER BY id")
        }
        let names: [String?] = try rows.map { try $0.optional("name") }
        // Byte by byte: canonically equivalent texts are equal to Swift.
        #expect(names.map { $0.map { Array($0.utf8) } } == texts.map { $0.map { Array($0.utf8) } })
        #expect(try rows.map { try $0.optional("number") } == numbers)
        #expect(try rows.map { try $0.optional(2) } == sizes)
        #expect(try rows.map { try $0.optional("contents") } == contents)
        #expect(throws: SQLError.self) { try rows[5]["name"] as String }
        #expect(throws: SQLError.self) { try rows[0]["name"] as Int64 }
        #expect(throws: SQLError.self) { try rows[0]["nothing"] as String }
        try await empty()
    }

    private func givesNumbersThatGrow() async throws {
        try await insert("a")
        try await insert("b")
        let before: Int64? = try await database.read { try $0.value("SELECT max(id) FROM thing") }
        try await empty()
        try await insert("c")
        let after: Int64? = try await database.read { try $0.value("SELECT id FROM thing") }
        #expect(try #require(after) > #require(before))
        try await empty()
    }

    /// As every engine can, whatever language its server was made for.
    private func ordersTextsByTheirBytes() async throws {
        for name in ["b", "a b", "ä", "ab", "B", "a-b"] { try await insert(name) }
        let names: [String] = try await database.read { session in
            try session.rows("SELECT name FROM thing ORDER BY name").map { try $0[0] }
        }
        #expect(names == ["B", "a b", "a-b", "ab", "b", "ä"])
        try await empty()
    }

    private func tellsHowManyRowsChanged() async throws {
        for name in ["a", "b", "b"] { try await insert(name) }
        let changed = try await database.write { session in
            [
                try session.execute("UPDATE thing SET number = ? WHERE name = ?", [1, "b"]),
                try session.execute("UPDATE thing SET number = 1 WHERE name = 'c'"),
                try session.execute("DELETE FROM thing"),
            ]
        }
        #expect(changed == [2, 0, 3])
    }

    private func storesAllOrNothing() async throws {
        await #expect(throws: Refused.self) {
            try await database.write { session in
                try session.execute("INSERT INTO thing (name) VALUES ('a')")
                throw Refused()
            }
        }
        await #expect(throws: SQLError.self) {
            try await database.write { session in
                try session.execute("INSERT INTO thing (name) VALUES ('a')")
                try session.execute("INSERT INTO thing (unheard_of) VALUES ('a')")
            }
        }
        #expect(try await count() == 0)
    }

    private func changesNothingInARead() async throws {
        await #expect(throws: SQLError.self) {
            try await database.read { session in _ = try session.execute("INSERT INTO thing (name) VALUES ('a')") }
        }
        #expect(try await count() == 0)
    }

    /// Whatever is committed between two statements of a read.
    private func readsOneState() async throws {
        let (begun, changed) = (Signpost(), Signpost())
        async let counts = database.read { session in
            let before: Int? = try session.value("SELECT count(*) FROM thing")
            begun.reach()
            changed.wait()
            return [before, try session.value("SELECT count(*) FROM thing")]
        }
        try await eventually("a read", holds: { begun.isReached })
        try await insert("a")
        changed.reach()
        #expect(try await counts == [0, 0])
        try await empty()
    }

    /// Reading, adding and writing loses nothing.
    private func runsChangesAsIfOneAfterTheOther() async throws {
        try await insert("counter", 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10 {
                        _ = try await database.write { session in
                            let number: Int = try session.value("SELECT number FROM thing") ?? -1
                            return try session.execute("UPDATE thing SET number = ?", [number + 1])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.read { try $0.value("SELECT number FROM thing") } as Int? == 40)
        try await empty()
    }

    /// Write skew: each of two goes only while the other stays, and neither changes what the other has changed.
    private func keepsTwoFromBothGoing() async throws {
        for _ in 0..<5 {
            try await insert("a", 1)
            try await insert("b", 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["a", "b"] {
                    group.addTask {
                        _ = try await database.write { session in
                            let there: Int = try session.value("SELECT count(*) FROM thing WHERE number = 1") ?? 0
                            guard there == 2 else { return 0 }
                            return try session.execute("UPDATE thing SET number = 0 WHERE name = ?", [name])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await database.read { try $0.value("SELECT sum(number) FROM thing") } as Double? == 1)
            try await empty()
        }
    }

    private func takesTurnsWhereRowsAreTaken() async throws {
        try await insert("counter", 0)
        let tries = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    _ = try await database.writeClaiming { [dialect = database.dialect] session in
                        tries.count()
                        let number: Int = try session.value("SELECT number FROM thing \(dialect.locking)") ?? -1
                        return try session.execute("UPDATE thing SET number = ?", [number + 1])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.read { try $0.value("SELECT number FROM thing") } as Int? == 20)
        #expect(tries.value == 20)
        try await empty()
    }

    private func tellsADefect() async throws {
        await #expect {
            _ = try await database.read { try $0.rows("SELECT FROM WHERE") }
        } throws: { ($0 as? SQLError)?.code == .unexpected }
    }

    /// More failures and cancellations than there are connections, and then work as before.
    private func givesItsConnectionsBack() async throws {
        for _ in 0..<20 {
            await #expect(throws: Refused.self) { try await database.write { _ in throw Refused() } }
            await #expect(throws: SQLError.self) { try await database.write { _ = try $0.rows("nonsense") } }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 { group.addTask { try await insert("\(number)") } }
            try await group.waitForAll()
        }
        #expect(try await count() == 40)
        try await empty()
    }

    // MARK: What the promises are tried with

    private func insert(
        _ name: String?,
        _ number: Int64? = nil,
        _ size: Double? = nil,
        _ contents: [UInt8]? = nil
    ) async throws {
        _ = try await database.write { session in
            try session.execute(
                "INSERT INTO thing (name, number, size, contents) VALUES (?, ?, ?, ?)",
                [name, number, size, contents]
            )
        }
    }

    private func count() async throws -> Int? {
        try await database.read { try $0.value("SELECT count(*) FROM thing") }
    }

    private func empty() async throws {
        _ = try await database.write { try $0.execute("DELETE FROM thing") }
    }
}
