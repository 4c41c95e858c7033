import FoundationEssentials
import GRDB

extension RunningUsers {
    /// Runs `work` in a transaction on a connection of its own to the service's database.
    func inDatabase<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        return try await DatabaseQueue(path: directory + "/users.sqlite", configuration: configuration).write(work)
    }

    /// How many rows a table has.
    func count(of table: String) async throws -> Int {
        try await inDatabase { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    /// Every value of every row of every table, as text.
    func storedTexts() async throws -> [String] {
        try await inDatabase { database in
            let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            return try tables.flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \(table)").flatMap { row in
                    row.map { _, value in
                        String(decoding: Data.fromDatabaseValue(value) ?? Data("\(value)".utf8), as: UTF8.self)
                    }
                }
            }
        }
    }

    /// The names of the files below the service's directory in whose bytes `text` stands.
    func files(containing text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { name in
            let contents = try Data(contentsOf: URL(filePath: "\(directory)/\(name)"))
            return contents.firstRange(of: Data(text.utf8)) != nil
        }
    }
}
