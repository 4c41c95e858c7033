import FoundationEssentials
import SQLiteStorage

/// The queue file's tables.
enum QueueSchema {
    static let migrations = [
        SQLiteMigration(
            "1 messages",
            """
            CREATE TABLE message (
                sequence INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                topic TEXT NOT NULL,
                body BLOB NOT NULL,
                headers TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'dead')),
                enqueued_at REAL NOT NULL,
                available_at REAL NOT NULL,
                attempt INTEGER NOT NULL DEFAULT 0,
                fence INTEGER NOT NULL DEFAULT 0,
                finished_at REAL,
                failures TEXT NOT NULL DEFAULT '[]'
            ) STRICT;
            CREATE INDEX message_due ON message (topic, available_at) WHERE state IN ('ready', 'leased');
            CREATE INDEX message_done ON message (finished_at) WHERE state = 'done';
            CREATE INDEX message_dead ON message (finished_at, sequence) WHERE state = 'dead';
            """
        )
    ]
}

/// How a message's error history is stored.
enum FailureCoding {
    static func decode(_ text: String) throws -> [DeadLetter.Failure] {
        try JSONDecoder().decode([DeadLetter.Failure].self, from: Data(text.utf8))
    }

    static func encode(_ failures: [DeadLetter.Failure]) throws -> String {
        String(decoding: try JSONEncoder().encode(failures.limited), as: UTF8.self)
    }
}
