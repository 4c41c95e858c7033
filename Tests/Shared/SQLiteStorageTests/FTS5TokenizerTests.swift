import SQLStorage
import SQLiteStorage
import TestSupport
import Testing

/// Words are those of the index, which other engines rely on.
@Suite struct FTS5TokenizerTests {
    @Test(
        arguments: [
            ("", []), ("  ,.", []), ("Bella", ["bella"]), ("it's  BELLA-2", ["it", "s", "bella", "2"]),
            ("Müller e\u{301}t\u{e9} Ǻ", ["muller", "ete", "a"]), ("ẞ ß 猫 🐈 a", ["ß", "ß", "猫", "a"]),
            ("a\0b", ["a", "b"]),
        ] as [(String, [String])]
    )
    func splitsAndFolds(_ text: String, _ words: [String]) throws {
        #expect(try FTS5Tokenizer(["remove_diacritics", "2"]).words(of: text) == words)
    }

    @Test func keepsDiacriticsWhereItIsTold() throws {
        #expect(try FTS5Tokenizer(["remove_diacritics", "0"]).words(of: "Müller") == ["müller"])
        #expect(throws: SQLiteError.self) { try FTS5Tokenizer(["unheard_of", "1"]) }
    }

    /// The index itself is asked for the words that it has.
    @Test func givesTheWordsOfTheIndex() async throws {
        let text = "Ångström's *Bella* (\u{1E0B}\u{323}) x2 ΣΊΣΥΦΟΣ ﬁn naïve—dash 42nd"
        try await withTemporaryDirectory { directory in
            let table = SQLiteMigration(
                "1 note",
                """
                CREATE VIRTUAL TABLE note USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
                CREATE VIRTUAL TABLE word USING fts5vocab (note, instance);
                """
            )
            let database = try SQLiteDatabase.open(directory + "/test.sqlite", migrations: [table])
            let indexed: [String] = try await database.write { session in
                try session.execute("INSERT INTO note (text) VALUES (?)", [text])
                return try session.rows("SELECT term FROM word ORDER BY \"offset\"").map { try $0[0] }
            }
            #expect(indexed.count > 8)
            #expect(try FTS5Tokenizer(["remove_diacritics", "2"]).words(of: text) == indexed)
        }
    }

    @Test func isUsedByManyAtATime() async throws {
        let tokenizer = try FTS5Tokenizer(["remove_diacritics", "2"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<200 {
                        let words = try tokenizer.words(of: "É \(number)")
                        #expect(words == ["e", "\(number)"])
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
