import FoundationEssentials
import ServiceRuntime
import TestSupport
import Testing

/// What is said about values that cannot be.
@Suite struct SettingsProblemsTests {
    private static let definitions = [
        Setting("config.file", .text, default: "", "The file."),
        Setting("http.port", .integer(0...65535), default: "0", "The port."),
        Setting("registry.lease", .duration(.seconds(1)...(.seconds(600))), default: "6s", "The lease."),
        Setting("log.level", .choice(["debug", "info"]), default: "info", "The level."),
        Setting("queue.url", .url(schemes: ["sqlite", "nats"]), default: "sqlite:q", "The queue."),
        Setting("retry.limit", .integer(1...3), default: "3", "The limit."),
    ]

    private func problems(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        definitions: [Setting] = definitions
    ) async throws -> [String] {
        do {
            _ = try Settings.load(definitions, arguments: arguments, environment: environment)
            return []
        } catch {
            return error.problems
        }
    }

    private func problems(file: String) async throws -> [String] {
        try await withTemporaryDirectory { directory in
            let path = directory + "/settings.json"
            try Data(file.utf8).write(to: URL(filePath: path))
            return try await problems(["--config-file=\(path)"])
        }
    }

    @Test(arguments: ["ten", "", " 80", "80 ", "8.0", "0x50", "65536", "-1", "9223372036854775808", "8080,8081"])
    func namesTheLimitsOfANumber(_ value: String) async throws {
        let expected = "http.port must be a whole number from 0 to 65535; it is \"\(value)\""
        #expect(try await problems(["--http-port=\(value)"]) == [expected + " (--http-port)"])
        #expect(try await problems(environment: ["HTTP_PORT": value]) == [expected + " (HTTP_PORT)"])
    }

    @Test(arguments: ["0", "65535"])
    func takesTheLimitsThemselves(_ value: String) async throws {
        #expect(try await problems(["--http-port=\(value)"]) == [])
    }

    @Test(arguments: ["6", "6 s", "-6s", "999ms", "601s", "11m", "1d", "s", "", "1.5s", "99999999999999999999h"])
    func namesTheLimitsOfADuration(_ value: String) async throws {
        let expected = ["registry.lease must be a duration from 1s to 10m; it is \"\(value)\" (--registry-lease)"]
        #expect(try await problems(["--registry-lease=\(value)"]) == expected)
    }

    @Test(arguments: ["1s", "10m", "600s", "1000ms"])
    func takesDurationsWithinTheLimits(_ value: String) async throws {
        #expect(try await problems(["--registry-lease=\(value)"]) == [])
    }

    @Test(arguments: ["INFO", "warning", "", "info "])
    func namesTheWordsOfAChoice(_ value: String) async throws {
        let expected = ["log.level must be one of debug, info; it is \"\(value)\" (--log-level)"]
        #expect(try await problems(["--log-level=\(value)"]) == expected)
    }

    @Test(arguments: ["postgres:x", "sqlite:", "sqlite", "/var/q.sqlite", "", "SQLITE:/q"])
    func namesTheSchemesOfAURL(_ value: String) async throws {
        let expected = ["queue.url must be a URL with the scheme sqlite or nats; it is \"\(value)\" (--queue-url)"]
        #expect(try await problems(["--queue-url=\(value)"]) == expected)
    }

    @Test func namesEveryProblemAtOnce() async throws {
        let found = try await problems(["--http-port=x", "--log-level=x"], environment: ["RETRY_LIMIT": "4"])
        #expect(found.map { $0.prefix { $0 != " " } } == ["http.port", "log.level", "retry.limit"])
    }

    /// One look at what is said must be enough to mend it all.
    @Test func namesProblemsOfEverySourceAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/settings.json"
            try Data(#"{"nope": 1, "log": {"level": "loud"}}"#.utf8).write(to: URL(filePath: path))
            let found = try await problems(
                ["--config-file=\(path)", "--what=1"],
                environment: ["RETRY_LIMIT": "9"]
            )
            #expect(found.map { $0.prefix { $0 != " " } } == ["--what", "nope", "log.level", "retry.limit"])
            #expect(found[2].hasSuffix("it is \"loud\" (\(path))"))
            #expect(found[3].hasSuffix("it is \"9\" (RETRY_LIMIT)"))
        }
    }

    @Test func namesARequiredKeyAndHowToSetIt() async throws {
        let required = [Setting("config.file", .text, default: "", "File."), Setting("a.key-b", .text, "Needed.")]
        let expected = ["a.key-b is required: --a-key-b=… or A_KEY_B=…"]
        let found = try await problems(definitions: required)
        #expect(found == expected)
    }

    @Test(arguments: [
        (["--nope=1"], "--nope"), (["--nope"], "--nope"), (["--nope", "1"], "--nope"), (["-p", "80"], "-p"),
        (["--http.port=80"], "--http.port"), (["--HTTP-PORT=80"], "--HTTP-PORT"), (["--http-por=80"], "--http-por"),
        (["serve"], "serve"), (["--http-port=80", "serve"], "serve"), (["--"], "--"), (["--=1"], "--"),
    ])
    func refusesAnUnknownFlag(_ arguments: [String], _ flag: String) async throws {
        #expect(try await problems(arguments) == ["\(flag) is no setting of this service; --help lists them all"])
    }

    @Test(arguments: [["--http-port"], ["--http-port", "--log-level=info"]])
    func refusesAFlagWithoutAValue(_ arguments: [String]) async throws {
        #expect(try await problems(arguments) == ["--http-port needs a value: --http-port=…"])
    }

    @Test(arguments: [["--http-port=1", "--http-port=1"], ["--http-port=1", "--http-port", "2"]])
    func refusesAFlagGivenTwice(_ arguments: [String]) async throws {
        #expect(try await problems(arguments) == ["--http-port is given more than once"])
    }

    /// A value of another type must not give way to the default in silence.
    @Test(arguments: ["80.5", "[80]", #"["80"]"#, #""eighty""#, "65536", "true", "null", "{}"])
    func refusesAnotherTypeInTheFile(_ value: String) async throws {
        let found = try await problems(file: #"{"http": {"port": \#(value)}}"#)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("http.port must be a whole number from 0 to 65535; it is ") == true, "\(found)")
    }

    @Test(arguments: [
        (#"{"http": {"prot": 1}}"#, "http.prot"), (#"{"http.port": 1}"#, "http.port"), (#"{"htt": {}}"#, "htt"),
        (#"{"http": 1}"#, "http"), (#"{"http": []}"#, "http"), (#"{"log": {"level": "info", "x": {"y": 1}}}"#, "log.x"),
    ])
    func refusesAnUnknownKeyInTheFile(_ text: String, _ key: String) async throws {
        let found = try await problems(file: text)
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix("\(key) is no setting of this service; --help lists them all") == true,
            "\(found)"
        )
    }

    @Test(arguments: ["", "{", "[]", "port: 80", #"{"http": {}, "http": {}}"#])
    func refusesAFileThatIsNoJSONObject(_ text: String) async throws {
        let found = try await problems(file: text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("config.file: ") == true, "\(found)")
    }

    @Test func refusesAFileThatIsNotThere() async throws {
        let found = try await problems(["--config-file=/nowhere/settings.json"])
        #expect(found.count == 1)
        #expect(found.first?.contains("/nowhere/settings.json") == true)
    }

    @Test func writesOneProblemALine() {
        #expect("\(SettingsError(["a is bad", "b is bad"]))" == "a is bad\nb is bad")
    }
}
