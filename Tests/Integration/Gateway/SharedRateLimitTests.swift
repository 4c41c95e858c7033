import FoundationEssentials
import HTTPTypes
import LocalStack
import StackSupport
import TestSupport
import Testing

/// Limits that several gateways count together, with real processes.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: RedisServer.isRequired, "Redis is not installed: apt-get install redis-server")
)
struct SharedRateLimitTests {
    /// Runs two stacks whose gateways count in one server: a call a minute, and this many at once.
    private func withTwoStacks(
        burst: Int,
        _ body: @escaping @Sendable (RedisServer, [LocalStack]) async throws -> Void
    ) async throws {
        try await RedisServer.with { server in
            let adjust: @Sendable (inout StackConfiguration) -> Void = { configuration in
                configuration.extraArguments["gateway"] = [
                    "--rate-limit-url", server.url, "--rate-limit-prefix", "two-stacks:", "--limit-account-per-second",
                    "0",
                    "--limit-log-in-per-minute", "1", "--limit-log-in-burst", "\(burst)",
                ]
            }
            try await TestStack.with(adjust: adjust) { first in
                try await TestStack.with(adjust: adjust) { second in try await body(server, [first, second]) }
            }
        }
    }

    /// Tries to log in, without any of what that takes: 429 when the limit denies it.
    private func logIn(_ stack: LocalStack) async throws -> Bool {
        try await GatewayClient(baseURL: stack.gatewayURL).send(.post, "/v1/sessions").status != 429
    }

    /// The same on the way that nobody looks at.
    private func search(_ stack: LocalStack) async throws -> GatewayClient.Reply {
        try await GatewayClient(baseURL: stack.gatewayURL).send(.get, "/v1/listings?q=cat")
    }

    private func log(_ stack: LocalStack) throws -> String {
        try String(contentsOfFile: stack.layout.log(of: "gateway-1"), encoding: .utf8)
    }

    /// Two gateways grant as much as one, also while the server is away: what they granted before still counts.
    @Test func grantsToTwoGatewaysWhatOneWouldGrant() async throws {
        try await withTwoStacks(burst: 6) { server, stacks in
            var admitted = 0
            for number in 0..<20 where try await logIn(stacks[number % 2]) { admitted += 1 }
            // Another one may have come back meanwhile.
            #expect((6...7).contains(admitted), "\(admitted)")
            for stack in stacks {
                #expect(try await search(stack).status == 200)
                #expect(try !log(stack).contains("the store of rate limits"))
            }
            await server.process.kill()
            // Each knows of the three or four that it has granted itself.
            for stack in stacks {
                #expect(try await search(stack).status == 200)
                var more = 0
                for _ in 0..<10 where try await logIn(stack) { more += 1 }
                #expect((2...4).contains(more), "\(more)")
                let told = try log(stack).split(separator: "\n").filter { $0.contains("this gateway counts alone") }
                #expect(told.count == 1)
            }
            try await server.process.start()
            for stack in stacks {
                try await eventually(
                    "the server is asked again",
                    holds: {
                        let reply = try await search(stack)
                        #expect(reply.status == 200)
                        return try log(stack).contains("the store of rate limits answers again")
                    }
                )
            }
            // It has forgotten what it had counted.
            #expect(try await logIn(stacks[0]))
        }
    }

    /// A server that hangs costs a request its time limit at most, and most requests nothing.
    @Test func servesWhileTheServerHangs() async throws {
        try await withTwoStacks(burst: 6) { server, stacks in
            #expect(try await search(stacks[0]).status == 200)
            try await server.process.pause()
            let clock = ContinuousClock()
            let start = clock.now
            for _ in 0..<50 { #expect(try await search(stacks[0]).status == 200) }
            #expect(clock.now - start < .seconds(3))
            try await server.process.resume()
        }
    }
}
