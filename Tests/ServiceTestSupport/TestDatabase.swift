import FoundationEssentials
import PostgreSQL
import SQLStorage

/// Which engine a service's tests run on: SQLite, or the PostgreSQL server that `TEST_DATABASE_URL` names.
package enum TestDatabase {
    /// Where a test's data is.
    package enum Engine: Sendable {
        /// On the server that the environment names, in a file where it names none.
        case named
        /// In a file, whatever the environment says.
        case file
    }

    private static let environment = ProcessInfo.processInfo.environment
    private static let url = environment["TEST_DATABASE_URL"]
    private static let passwordPath = environment["TEST_DATABASE_PASSWORD"] ?? ""

    /// Whether databases are files; for tests of what only files have.
    package static var isFile: Bool { url == nil }

    /// The settings of a database that belongs to `directory`: a file in it, or a schema named after it.
    ///
    /// - Parameters:
    ///   - directory: The test's own directory.
    ///   - file: The file's name.
    ///   - engine: Which of the two.
    /// - Returns: The flags that name the database, which is empty until a service opens it.
    /// - Throws: When the server cannot be reached.
    package static func flags(
        in directory: String,
        file: String,
        on engine: Engine = .named
    ) async throws -> [String] {
        guard let url, engine == .named else { return ["--database-url=sqlite:\(directory)/\(file)"] }
        let schema = "s" + directory.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.suffix(40)
        let password = String(decoding: try Data(contentsOf: URL(filePath: passwordPath)), as: UTF8.self)
        let server = PostgreSQLDatabase(
            try PostgreSQLSettings(url: url, password: password.filter { !$0.isNewline }, connections: 1)
        )
        _ = try await server.write { try $0.execute("CREATE SCHEMA IF NOT EXISTS \(schema)") }
        let separator = url.contains("?") ? "&" : "?"
        return [
            "--database-url=\(url)\(separator)options=-csearch_path%3D\(schema)", "--database-password=\(passwordPath)",
            "--database-connections=4",
        ]
    }
}
