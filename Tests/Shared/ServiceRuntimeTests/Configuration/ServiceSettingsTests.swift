import Testing

@testable import ServiceRuntime

@Suite struct ServiceSettingsTests {
    @Test func givesFiveSecondsOfLameDuckAndFifteenToDrain() {
        #expect(ServiceSettings.defaultLameDuck == .seconds(5))
        #expect(ServiceSettings.defaultDrain == .seconds(15))
    }

    /// Key, flag, environment variable and default of every setting that all services share.
    @Test func hasTheseSettings() {
        let table = ServiceSettings.all.map { "\($0.key) \($0.flag) \($0.variable) \($0.defaultText ?? "required")" }
        let expected = [
            "config.file --config-file CONFIG_FILE ", "http.host --http-host HTTP_HOST 127.0.0.1",
            "http.port --http-port HTTP_PORT 0", "http.advertise --http-advertise HTTP_ADVERTISE ",
            "http.connections --http-connections HTTP_CONNECTIONS ",
            "http.tls.certificate --http-tls-certificate HTTP_TLS_CERTIFICATE ",
            "http.tls.key --http-tls-key HTTP_TLS_KEY ", "operations.host --operations-host OPERATIONS_HOST 127.0.0.1",
            "operations.port --operations-port OPERATIONS_PORT 0", "registry.url --registry-url REGISTRY_URL required",
            "registry.lease --registry-lease REGISTRY_LEASE 6s", "instance.id --instance-id INSTANCE_ID ",
            "log.level --log-level LOG_LEVEL info", "tracing.url --tracing-url TRACING_URL ",
            "tracing.percent --tracing-percent TRACING_PERCENT 100",
            "shutdown.lame-duck --shutdown-lame-duck SHUTDOWN_LAME_DUCK 5s",
            "shutdown.drain --shutdown-drain SHUTDOWN_DRAIN 15s", "lifeline --lifeline LIFELINE none",
        ]
        #expect(table == expected)
    }

    @Test func hasDefaultsWithinTheirOwnLimits() throws {
        let optional = ServiceSettings.all.filter { $0.defaultText != nil }
        let settings = try Settings(optional, reader: .empty)
        #expect(settings.summary.count == optional.count)
        #expect(settings.duration("shutdown.lame-duck") == ServiceSettings.defaultLameDuck)
    }

    @Test func listsEverySettingInItsHelp() {
        let text = HelpText.make(service: "users", summary: "Keeps accounts.", settings: ServiceSettings.all)
        #expect(text.hasPrefix("users: Keeps accounts.\n"))
        for setting in ServiceSettings.all {
            #expect(text.contains("\n  \(setting.flag)=…   \(setting.variable)\n      \(setting.summary)\n"))
        }
        #expect(text.contains("a whole number from 0 to 65535; default 0\n"))
        #expect(text.contains("a duration from 1s to 10m; default 6s\n"))
        #expect(text.contains("a URL with the scheme lease-directory, etcd or dns; required\n"))
        #expect(text.contains("one of none, stdin; default none\n"))
        #expect(text.contains("\n  --help ") && text.contains("\n  --version "))
    }

    @Test func ordersItsHelpByKey() throws {
        let settings = ["b.b", "a", "b.a"].map { Setting($0, .secretFile, "Secret.") }
        let text = HelpText.make(service: "s", summary: "S.", settings: settings)
        let positions = try ["--a=", "--b-a=", "--b-b="].map { try #require(text.firstRange(of: $0)).lowerBound }
        #expect(positions == positions.sorted())
        #expect(text.contains("the path of a file that holds the secret; required\n"))
    }

    @Test(arguments: [
        ("0s", Duration.zero, "0s"), ("250ms", .milliseconds(250), "250ms"), ("1500ms", .milliseconds(1500), "1500ms"),
        ("5s", .seconds(5), "5s"), ("90s", .seconds(90), "90s"), ("10m", .seconds(600), "10m"),
        ("60s", .seconds(60), "1m"), ("6h", .seconds(21_600), "6h"), ("1000ms", .seconds(1), "1s"),
    ])
    func readsAndWritesDurations(_ text: String, _ duration: Duration, _ written: String) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.format(duration) == written)
    }

    @Test(arguments: [
        "", "5", "s", "ms", "5 s", " 5s", "5s ", "-5s", "5S", "1.5s", "5sec", "1h30m", "1000000000s", "٥s",
    ])
    func refusesOtherSpellingsOfDurations(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }
}
