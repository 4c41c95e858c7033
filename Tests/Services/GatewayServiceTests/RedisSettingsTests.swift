import Redis
import ServiceRuntime
import Testing

@testable import GatewayService

/// The servers that gateways use together, as settings.
@Suite struct RedisSettingsTests {
    @Test func usesNoneUnlessToldSo() throws {
        let configuration = try GatewayConfiguration()
        #expect(configuration.counterServer == nil && configuration.answerServer == nil)
        let engines = SharedEngines(configuration)
        #expect(engines.counters == nil && engines.answers == nil && engines.background.isEmpty)
    }

    @Test func readsTheServers() throws {
        let configuration = try GatewayConfiguration(arguments: [
            "--rate-limit-url=redis://limits.example:7000/1", "--cache-url=redis://answers.example",
            "--cache-prefix=board:",
        ])
        let (counters, answers) = (try #require(configuration.counterServer), try #require(configuration.answerServer))
        #expect(counters.address.authority == "limits.example:7000" && counters.address.database == 1)
        #expect(counters.prefix == "clowder:")
        #expect(answers.address.authority == "answers.example:6379")
        #expect(answers.prefix == "board:")
    }

    @Test(arguments: ["rate-limit", "cache"])
    func refusesWhatIsNoServer(_ name: String) throws {
        let scheme = #expect(throws: SettingsError.self) {
            try GatewayConfiguration(arguments: ["--\(name)-url=http://limits.example"])
        }
        #expect(scheme?.problems.first?.contains("must be a URL with the scheme redis") == true)
        let password = #expect(throws: SettingsError.self) {
            try GatewayConfiguration(arguments: ["--\(name)-url=redis://gateway:secret@limits.example"])
        }
        #expect(password?.problems == ["\(name).url: no password belongs into a URL, which is logged"])
    }
}
