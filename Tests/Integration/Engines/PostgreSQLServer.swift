import FoundationEssentials
import LocalStack
import Subprocess
import SystemPackage
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A PostgreSQL server, in which tests make databases.
struct PostgreSQLServer: Sendable {
    /// What a commit outlives.
    enum Durability {
        /// The server's end, not the machine's: nothing waits for the disk.
        case fast
        /// The machine's end too, as in production.
        case full
    }

    /// A database of its own for one test, for a user who may do everything in it and administers nothing else.
    struct Database: Sendable {
        let url: String
        let password: String
    }

    /// Where Debian has the server's programs, the newest version's; nil where there are none.
    private static let programs: String? = {
        let root = "/usr/lib/postgresql"
        // Where there is no folder, there is no version.
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let installed = versions.filter { access("\(root)/\($0)/bin/initdb", X_OK) == 0 }.compactMap { Int($0) }
        return installed.max().map { "\(root)/\($0)/bin" }
    }()

    /// Whether PostgreSQL is installed, or has to be.
    static var isRequired: Bool { programs != nil || ProjectFiles.mustBeComplete }

    let process: ServerProcess
    let port: Int

    private let directory: TemporaryDirectory
    private let programs: String
    private let password: String

    // MARK: From start to end

    /// Runs `body` with a server of its own that answers, and kills it.
    static func with<Result>(
        _ durability: Durability = .fast,
        _ body: (PostgreSQLServer) async throws -> Result
    ) async throws -> Result {
        let server = try await start(durability)
        do {
            let result = try await body(server)
            await server.end()
            return result
        } catch {
            await server.end()
            throw error
        }
    }

    /// Starts a server for whoever ends it.
    static func start(_ durability: Durability = .fast) async throws -> PostgreSQLServer {
        let server = try await PostgreSQLServer(durability)
        do {
            try await server.makeCluster()
            try await server.process.start()
            let user = "CREATE ROLE clowder LOGIN CREATEDB PASSWORD '\(server.password)'"
            _ = try await server.run(user, in: server.administration)
            return server
        } catch {
            await server.end()
            throw error
        }
    }

    /// Kills the server and removes all that it has stored.
    func end() async {
        await process.kill()
        removeSharedMemory()
        directory.remove()
    }

    private init(_ durability: Durability) async throws {
        guard let programs = Self.programs else {
            throw UnexpectedCommand(description: "there is no PostgreSQL below /usr/lib/postgresql")
        }
        let (port, password) = (try await FreePort.find(), UUID().uuidString)
        let administration = Self.url(of: "postgres", user: "postgres", port: port)
        directory = try TemporaryDirectory()
        self.port = port
        self.password = password
        self.programs = programs
        let settings = [
            "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=\(directory.path)",
            "max_connections=200", "fsync=\(durability == .full ? "on" : "off")",
            // Beside the data instead of in /dev/shm, where it would stay when the server is killed.
            "dynamic_shared_memory_type=mmap",
        ]
        let (executable, arguments) = try Self.starter(
            programs + "/postgres",
            ["-D", directory.path + "/data"] + settings.flatMap { ["-c", $0] }
        )
        process = ServerProcess(
            "postgresql",
            executable: executable,
            arguments: arguments,
            in: directory.path,
            answers: {
                let database = Database(url: administration, password: password)
                return try await Self.psql("SELECT 1", in: database, programs) == "1"
            }
        )
    }

    /// Whom PostgreSQL runs as where it must not run as the machine's administrator; nil where there is no such user.
    private static let servant: (user: uid_t, group: gid_t)? = getpwnam("postgres").map {
        ($0.pointee.pw_uid, $0.pointee.pw_gid)
    }

    /// What a program is started by where the machine's administrator tests, for whom PostgreSQL does not start.
    ///
    /// A program of its own changes the user: in a process that was forked from many threads that can take for ever.
    private static func starter(_ program: String, _ arguments: [String]) throws -> (String, [String]) {
        guard geteuid() == 0 else { return (program, arguments) }
        guard servant != nil else {
            throw UnexpectedCommand(description: "PostgreSQL does not run as root, and there is no user postgres")
        }
        let change = ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", program]
        return ("/usr/bin/setpriv", change + arguments)
    }

    /// Makes the data directory.
    private func makeCluster() async throws {
        let file = directory.path + "/password"
        try Data(password.utf8).write(to: URL(filePath: file))
        chmod(directory.path, 0o700)
        if geteuid() == 0, let servant = Self.servant {
            for path in [directory.path, file] { chown(path, servant.user, servant.group) }
        }
        let (executable, arguments) = try Self.starter(
            programs + "/initdb",
            [
                "--pgdata", directory.path + "/data", "--username", "postgres", "--pwfile", file,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
            ]
        )
        let made = try await Subprocess.run(
            .path(FilePath(executable)),
            arguments: Arguments(arguments),
            workingDirectory: FilePath(directory.path),
            output: .discarded,
            error: .string(limit: 64 * 1024)
        )
        guard made.terminationStatus.isSuccess else { throw UnexpectedCommand(description: made.standardError) }
    }

    /// Removes the segment that a killed server leaves: there is one on the machine for each until it starts again.
    private func removeSharedMemory() {
        guard let lock = FileManager.default.contents(atPath: directory.path + "/data/postmaster.pid") else { return }
        // The seventh line holds the segment's key and its number.
        let lines = String(decoding: lock, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 6, let number = lines[6].split(separator: " ").last.flatMap({ Int32($0) }) else { return }
        shmctl(number, IPC_RMID, nil)
    }

    // MARK: Databases

    /// A fresh database.
    func makeDatabase() async throws -> Database {
        let name = "test_" + UUID().uuidString.lowercased().replacing("-", with: "")
        let database = Database(url: Self.url(of: name, user: "clowder", port: port), password: password)
        let postgres = Database(url: Self.url(of: "postgres", user: "clowder", port: port), password: password)
        _ = try await run("CREATE DATABASE \(name)", in: postgres)
        return database
    }

    /// The database of the server's administrator.
    var administration: Database {
        Database(url: Self.url(of: "postgres", user: "postgres", port: port), password: password)
    }

    /// Runs SQL in one transaction; the rows as lines, with bars between the columns.
    ///
    /// - Throws: `UnexpectedCommand` with the server's complaint, or when it does not take the connection in five seconds.
    func run(_ sql: String, in database: Database) async throws -> String {
        try await Self.psql(sql, in: database, programs)
    }

    private static func psql(_ sql: String, in database: Database, _ programs: String) async throws -> String {
        let result = try await Subprocess.run(
            .path(FilePath(programs + "/psql")),
            arguments: [
                "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1",
                "--command", sql, database.url,
            ],
            environment: .inherit.updating(["PGPASSWORD": database.password, "PGCONNECT_TIMEOUT": "5"]),
            output: .string(limit: 1024 * 1024),
            error: .string(limit: 64 * 1024)
        )
        guard result.terminationStatus.isSuccess else { throw UnexpectedCommand(description: result.standardError) }
        return result.standardOutput.split(separator: "\n").joined(separator: "\n")
    }

    private static func url(of database: String, user: String, port: Int) -> String {
        "postgresql://\(user)@127.0.0.1:\(port)/\(database)"
    }
}
