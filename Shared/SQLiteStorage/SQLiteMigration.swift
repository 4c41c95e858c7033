import CSQLite

/// A step in a schema's history.
///
/// The version that is running meanwhile has to work with the tables of the next: a step adds tables, columns that may
/// be null or have a default, and indexes; what nobody uses any more is removed a version later.
public struct SQLiteMigration: Sendable {
    /// The step's name, which never changes and no other step of the file has.
    public var name: String
    /// Its statements, separated by semicolons.
    public var script: String

    /// Creates a step.
    public init(_ name: String, _ script: String) {
        self.name = name
        self.script = script
    }
}

extension SQLiteConnection {
    /// Applies the steps that the file does not have, each with its being noted in a transaction of its own.
    ///
    /// Steps that this version does not know, of a later one, are left alone. The table of names is called as GRDB
    /// calls it, through which earlier versions opened their files: theirs are known here, and ours there.
    func migrate(_ migrations: [SQLiteMigration]) throws {
        try run("CREATE TABLE IF NOT EXISTS grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        var known: Set<[UInt8]> = []
        try run("SELECT identifier FROM grdb_migrations") { row in
            // By bytes: canonically equivalent names are different ones.
            known.insert(Array((try row.text(0) ?? "").utf8))
        }
        let missing = migrations.filter { !known.contains(Array($0.name.utf8)) }
        guard !missing.isEmpty else { return }
        // So that a step may make a table anew that others refer to (sqlite.org/lang_altertable.html, section 7). It
        // has no effect within a transaction.
        try run("PRAGMA foreign_keys = OFF")
        for migration in missing { try apply(migration) }
        try run("PRAGMA foreign_keys = ON")
    }

    private func apply(_ migration: SQLiteMigration) throws {
        try write {
            try run(script: migration.script)
            try checkTransaction()
            try run("INSERT INTO grdb_migrations (identifier) VALUES (?)", [migration.name])
            try run("PRAGMA foreign_key_check") { row in
                let table = try row.text(0) ?? ""
                throw SQLiteError(
                    extendedCode: SQLITE_CONSTRAINT,
                    message: "a row of \(table) refers to none after \(migration.name)"
                )
            }
        }
    }
}
