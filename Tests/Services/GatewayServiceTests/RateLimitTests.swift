import HTTPTypes
import NIOCore
import Resilience
import ServiceRuntime
import ServiceTestSupport
import Testing

@testable import GatewayService

/// How often a client may ask.
@Suite(.timeLimit(.minutes(1))) struct RateLimitTests {
    @Test func hasTheDocumentedDefaults() throws {
        let file = try GatewayConfiguration().file
        #expect(
            file.limit("address") == RateLimitSetting(name: "address", calls: 1000, window: .seconds(1), burst: 2000)
        )
        #expect(file.limit("account") == RateLimitSetting(name: "account", calls: 100, window: .seconds(1), burst: 200))
        #expect(file.limit("log-in") == RateLimitSetting(name: "log-in", calls: 300, window: .seconds(60), burst: 100))
    }

    @Test func putsSettingsInPlaceOfTheFile() throws {
        let arguments = ["--limit-address-per-second=5", "--limit-account-burst=7", "--limit-log-in-per-minute=0"]
        let file = try GatewayConfiguration(arguments: arguments).file
        #expect(file.limit("address") == RateLimitSetting(name: "address", calls: 5, window: .seconds(1), burst: 2000))
        #expect(file.limit("account") == RateLimitSetting(name: "account", calls: 100, window: .seconds(1), burst: 7))
        #expect(file.limit("log-in")?.policy == nil)
        let error = #expect(throws: SettingsError.self) {
            try GatewayConfiguration(arguments: ["--limit-log-in-per-minute=1", "--limit-log-in-burst=1000000"])
        }
        #expect(error?.problems == ["limit.log-in.burst: must come back within a year at this rate"])
    }

    @Test func saysTheSameOnBothWays() throws {
        let policy = try #require(RateLimitPolicy(name: "address", limit: 3, window: .seconds(2), burst: 5))
        let limit = GatewayLimits.Limit(SharedRateLimit(policy))
        for second in 0..<4 {
            let decision = limit.counter.admit("192.0.2.1", at: .seconds(second))
            let report = RateLimitReport([.init(policy: policy, decision: decision)])
            let lines = "RateLimit-Policy: \(report.rateLimitPolicy)\r\nRateLimit: \(report.rateLimit)\r\n"
            #expect(String(buffer: limit.fieldLines(decision)) == lines)
        }
    }

    /// Sends until it is refused, since a busy machine may let the limit recover meanwhile.
    private func refusal(
        _ gateway: RunningGateway,
        _ path: String,
        token: String? = nil
    ) async throws -> Answer? {
        for _ in 0..<20 {
            let answer = try await gateway.send(.get, path, token: token)
            if answer.status == .tooManyRequests { return answer }
        }
        return nil
    }

    @Test func refusesAnAddressThatAsksTooOften() async throws {
        let settings = ["--limit-address-per-second=1", "--limit-address-burst=3"]
        try await withGateway(settings: settings) { gateway in
            let first = try await gateway.send(.get, "/openapi.json")
            #expect(first.status == .ok)
            #expect(first.headers[.rateLimitPolicy] == #""address";q=1;w=1;clowder-burst=3"#)
            #expect(first.headers[.rateLimit]?.hasPrefix(#""address";r=2;t="#) == true)
            let answer = try #require(try await refusal(gateway, "/openapi.json"))
            #expect(answer.headers[.retryAfter] == "1")
            #expect(answer.headers[.rateLimit]?.hasPrefix(#""address";r=0;"#) == true)
            #expect(try answer.problem.type == "urn:clowder:problem:rate-limited")
        }
    }

    @Test func countsWhatIsRefusedForOtherReasonsToo() async throws {
        let settings = ["--limit-address-per-second=1", "--limit-address-burst=1"]
        try await withGateway(settings: settings) { gateway in
            let refused = try await gateway.send(.get, "/v1/nothing")
            #expect(refused.status == .notFound)
            #expect(refused.headers[.rateLimit] != nil)
            #expect(try await refusal(gateway, "/v1/nothing") != nil)
        }
    }

    @Test func limitsLogInsOfAnAddressOnTheirOwn() async throws {
        let settings = ["--limit-log-in-per-minute=1", "--limit-log-in-burst=2"]
        try await withGateway(settings: settings) { gateway in
            for _ in 0..<2 {
                let answer = try await gateway.send(.post, "/v1/sessions")
                #expect(answer.status == .unsupportedMediaType)
                #expect(answer.headers[.rateLimitPolicy]?.contains(#""log-in";q=1;w=60;clowder-burst=2"#) == true)
            }
            let answer = try await gateway.send(.post, "/v1/sessions")
            #expect(answer.status == .tooManyRequests)
            let wait = try #require(answer.headers[.retryAfter].flatMap { Int($0) })
            #expect((58...60).contains(wait))
            #expect(try await gateway.send(.get, "/v1/sessions").status == .methodNotAllowed)
        }
    }

    @Test func limitsAnAccountWhereverItCallsFrom() async throws {
        let settings = ["--limit-account-per-second=1", "--limit-account-burst=1"]
        try await withGateway(settings: settings) { gateway in
            let token = try await gateway.token()
            let first = try await gateway.send(.get, "/v1/accounts/me", token: token)
            #expect(first.status != .tooManyRequests)
            #expect(first.headers[.rateLimitPolicy]?.contains(#""account";q=1;w=1"#) == true)
            #expect(try await refusal(gateway, "/v1/accounts/me", token: token) != nil)
            #expect(try await gateway.send(.get, "/v1/listings").status != .tooManyRequests)
        }
    }

    @Test func setsNoLimitWhenToldSo() async throws {
        let settings = ["--limit-address-per-second=0"]
        try await withGateway(settings: settings) { gateway in
            let answer = try await gateway.send(.get, "/openapi.json")
            #expect(answer.headers[.rateLimit] == nil)
        }
    }
}
