import HTTPTypes
import LocalStack
import StackSupport
import TestSupport
import Testing

/// Answers that several gateways share, with real processes.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: RedisServer.isRequired, "Redis is not installed: apt-get install redis-server")
)
struct SharedAnswerTests {
    // swift-format-ignore: NeverForceUnwrap
    private static let cacheStatus = HTTPField.Name("Cache-Status")!

    private func search(_ stack: LocalStack, _ number: Int) async throws -> GatewayClient.Reply {
        try await GatewayClient(baseURL: stack.gatewayURL).send(.get, "/v1/listings?q=cat&limit=\(number)")
    }

    /// One gateway serves what the other has fetched, and each goes on alone when the server is away or hangs.
    @Test func servesWhatAnotherGatewayHasFetched() async throws {
        try await RedisServer.with { server in
            let adjust: @Sendable (inout StackConfiguration) -> Void = { configuration in
                configuration.extraArguments["gateway", default: []] += ["--cache-url", server.url]
            }
            try await TestStack.with(adjust: adjust) { first in
                try await TestStack.with(adjust: adjust) { second in
                    // An answer is fresh for two seconds: other ones are asked for until one comes in time.
                    var number = 0
                    try await eventually("an answer of the other gateway") { () -> Void? in
                        number += 1
                        let fetched = try await search(first, number % 100 + 1)
                        #expect(fetched.status == 200)
                        let reply = try await search(second, number % 100 + 1)
                        #expect(reply.status == 200)
                        guard reply.headers[Self.cacheStatus]?.contains("detail=shared") == true else { return nil }
                        #expect(reply.body == fetched.body)
                        return ()
                    }
                    try await server.process.pause()
                    for number in 1...20 { #expect(try await search(second, number).status == 200) }
                    try await server.process.resume()
                    await server.process.kill()
                    for number in 1...20 { #expect(try await search(first, number).status == 200) }
                }
            }
        }
    }
}
