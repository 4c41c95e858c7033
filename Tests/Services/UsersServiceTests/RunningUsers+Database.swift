import FoundationEssentials
import SQLStorage
import UsersService

extension RunningUsers {
    /// Runs `work` in a transaction on a connection of its own to the service's database.
    func inDatabase<Value: Sendable>(
        _ work: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await UsersDatabase.open(database).write(work)
    }

    /// How many rows a table has.
    func count(of table: String) async throws -> Int {
        try await inDatabase { try $0.value("SELECT count(*) FROM \(table)") ?? -1 }
    }

    /// Every value of every row of every table, as text.
    func storedTexts() async throws -> [String] {
        let store = try await UsersDatabase.open(database)
        let tables =
            switch store.dialect {
            case .sqlite: "SELECT name FROM sqlite_master WHERE type = 'table'"
            case .postgreSQL: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
            }
        return try await store.read { session in
            try session.rows(tables).map { try $0[0] as String }.flatMap { table in
                try session.rows("SELECT * FROM \(table)").flatMap { row in row.values.map(Self.text) }
            }
        }
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: ""
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
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
