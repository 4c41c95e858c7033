import FoundationEssentials
import HTTPTypes
import LocalStack
import NIOCore
import NIOPosix
import StackSupport
import TestSupport
import Testing

/// A gateway that may have a few connections only.
@Suite(.timeLimit(.minutes(1))) struct ConnectionLimitTests {
    /// Who comes when there is no room waits until there is, and nobody who is in is thrown out.
    @Test func letsTheNextOnesWait() async throws {
        try await TestStack.with { configuration in
            configuration.extraArguments["gateway", default: []] += ["--http-connections", "6"]
        } _: { stack in
            let port = try #require(stack.gatewayURL.split(separator: ":").last.flatMap { Int($0) })
            let gateway = GatewayClient(baseURL: stack.gatewayURL)
            var idle: [any Channel] = []
            for _ in 0..<12 {
                idle.append(
                    try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .connect(host: "127.0.0.1", port: port)
                        .get()
                )
            }
            func log() throws -> String {
                try String(contentsOfFile: stack.layout.log(of: "gateway-1"), encoding: .utf8)
            }
            try await eventually(
                "the limit is reached",
                holds: { try log().contains("as many connections as there may be") }
            )
            for channel in idle { try await channel.close() }
            let reply = try await gateway.send(.get, "/v1/listings")
            #expect(reply.status == 200)
            #expect(try log().contains("connections are accepted again"))
        }
    }
}
