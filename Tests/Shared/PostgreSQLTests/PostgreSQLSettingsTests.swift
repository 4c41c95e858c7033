import SQLStorage
import Testing

@testable import PostgreSQL

@Suite struct PostgreSQLSettingsTests {
    @Test func hasTheDefaultsThatItsDocumentationNames() {
        #expect(PostgreSQLSettings.defaultConnections == 8)
        #expect(PostgreSQLSettings.waitLimit == .seconds(1))
        #expect(PostgreSQLSettings.waitingPerConnection == 16)
        #expect(PostgreSQLSettings.connectLimit == .seconds(2))
        #expect(PostgreSQLSettings.statementLimit == .seconds(30))
        #expect(PostgreSQLSettings.answerLimit == .seconds(35))
        #expect(PostgreSQLSettings.lockLimit == .seconds(5))
        #expect(PostgreSQLSettings.migrationLimit == .seconds(3600))
        #expect(PostgreSQLSettings.refusalPause == .milliseconds(200))
        #expect(PostgreSQLDatabase.maximumRetries == 8)
        #expect(PostgreSQLDatabase.defaultPatience == .seconds(30))
    }

    @Test(arguments: [
        "postgresql://clowder@db/clowder", "postgresql://clowder@a,b/clowder?target_session_attrs=read-write",
        "postgresql:///clowder?host=/run/postgresql", "postgresql://clowder@db/clowder?sslmode=verify-full",
    ])
    func takesWhatLibpqTakes(_ url: String) throws {
        let settings = try PostgreSQLSettings(url: url, password: "secret", connections: 0)
        #expect(settings.connections == 1)
        let parameters = settings.parameters
        #expect(parameters.contains { $0 == ("dbname", url) })
        #expect(parameters.last.map { $0 == ("password", "secret") } == true)
    }

    @Test(arguments: [
        ("postgresql://clowder:hush@db/clowder", "no password"),
        ("postgresql://db/clowder?password=hush", "no password"),
        ("postgresql://db/clowder?sslpassword=hush", "no password"),
        ("postgresql://db/clowder?pool=3", "cannot read"), ("postgresql://u:hush%zz@db/clowder", "cannot read"),
        ("postgresql://u:hush@[::1/clowder", "cannot read"),
    ])
    func refusesAPasswordAndWhatLibpqDoesNotKnow(_ url: String, _ reason: String) throws {
        let error = try #require(throws: SQLError.self) { try PostgreSQLSettings(url: url) }
        #expect(error.message.contains(reason))
        #expect(!error.message.contains("hush"))
    }

    /// What a user puts into the URL is not lost to what the library says itself.
    @Test func keepsTheOptionsOfTheURL() throws {
        let settings = try PostgreSQLSettings(url: "postgresql://db/clowder?options=-csearch_path%3Dpets")
        let options = settings.parameters.last { $0.keyword == "options" }?.value
        #expect(options?.contains("-csearch_path=pets") == true)
        #expect(options?.contains("client_connection_check_interval") == true)
    }

    @Test func readsBothKindsOfAddress() throws {
        guard case .sqlite(let path) = try DatabaseAddress(url: "sqlite:/a b", password: "", connections: 1) else {
            Issue.record("sqlite: is a file")
            return
        }
        #expect(path == "/a b")
        let address = try DatabaseAddress(url: "postgresql://db/clowder", password: "", connections: 3)
        guard case .postgreSQL(let settings) = address else {
            Issue.record("postgresql: is a server")
            return
        }
        #expect(settings.connections == 3)
        #expect(settings.password == nil)
    }
}
