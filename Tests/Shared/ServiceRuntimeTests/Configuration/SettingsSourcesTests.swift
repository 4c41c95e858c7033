import FoundationEssentials
import ServiceRuntime
import TestSupport
import Testing

/// Where values come from, and which of them wins.
@Suite struct SettingsSourcesTests {
    private static let definitions = [
        Setting("config.file", .text, default: "", "The file."),
        Setting("http.port", .integer(0...65535), default: "1", "The port."),
        Setting("shutdown.lame-duck", .duration(.zero...(.seconds(60))), default: "5s", "The lame-duck time."),
        Setting("instance.id", .text, default: "nobody", "The name."),
    ]

    private func load(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) async throws -> Settings {
        try await withTemporaryDirectory { directory in
            var environment = environment
            if let file {
                environment["CONFIG_FILE"] = directory + "/settings.json"
                try Data(file.utf8).write(to: URL(filePath: directory + "/settings.json"))
            }
            return try Settings.load(Self.definitions, arguments: arguments, environment: environment)
        }
    }

    @Test(
        arguments: [
            (["--http-port=4"], ["HTTP_PORT": "3"], #"{"http": {"port": 2}}"#, 4),
            (["--http-port", "4"], ["HTTP_PORT": "3"], #"{"http": {"port": 2}}"#, 4),
            ([], ["HTTP_PORT": "3"], #"{"http": {"port": 2}}"#, 3),
            ([], [:], #"{"http": {"port": 2}}"#, 2),
            ([], [:], #"{"http": {"port": "2"}}"#, 2),
            ([], [:], "{}", 1),
            ([], [:], nil, 1),
        ] as [([String], [String: String], String?, Int)]
    )
    func prefersFlagsToTheEnvironmentToTheFileToTheDefault(
        _ arguments: [String],
        _ environment: [String: String],
        _ file: String?,
        _ expected: Int
    ) async throws {
        #expect(try await load(arguments, environment: environment, file: file).integer("http.port") == expected)
    }

    @Test func readsTheFileThatAFlagNames() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/settings.json"
            try Data(#"{"shutdown": {"lame-duck": "250ms"}, "instance": {"id": "a"}}"#.utf8).write(
                to: URL(filePath: path)
            )
            let settings = try Settings.load(
                Self.definitions,
                arguments: ["--config-file=\(path)"],
                environment: ["CONFIG_FILE": "/nowhere"]
            )
            #expect(settings.duration("shutdown.lame-duck") == .milliseconds(250))
            #expect(settings.text("instance.id") == "a")
        }
    }

    @Test func spellsKeysWithHyphensInEachSource() async throws {
        #expect(try await load(["--shutdown-lame-duck=1s"]).duration("shutdown.lame-duck") == .seconds(1))
        let environment = ["SHUTDOWN_LAME_DUCK": "2s"]
        #expect(try await load(environment: environment).duration("shutdown.lame-duck") == .seconds(2))
    }

    @Test(arguments: ["a,b", "a=b", "--", "", " spaced ", "ü"])
    func takesAValueAsItIs(_ value: String) async throws {
        #expect(try await load(["--instance-id=\(value)"]).text("instance.id") == value)
        #expect(try await load(environment: ["INSTANCE_ID": value]).text("instance.id") == value)
    }

    /// An empty name is no file, as the default is.
    @Test func readsNoFileForAnEmptyName() async throws {
        #expect(try await load(environment: ["CONFIG_FILE": ""]).integer("http.port") == 1)
    }

    @Test func readsThePathOfAURL() throws {
        let definitions = [
            Setting("queue.url", .url(schemes: ["sqlite"]), default: "sqlite:/var/a:b.sqlite", "The queue.")
        ]
        let settings = try Settings(definitions, reader: .empty)
        #expect(settings.urlPath("queue.url") == "/var/a:b.sqlite")
        #expect(settings.text("queue.url") == "sqlite:/var/a:b.sqlite")
    }
}
