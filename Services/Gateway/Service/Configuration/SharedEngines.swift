import NIOPosix
import Redis
import Resilience
import ServiceLifecycle

/// What several gateways use together, as the settings say.
struct SharedEngines: Sendable {
    /// How long an answer of another gateway is waited for: a service gives it soon, too.
    static let answerLimit = Duration.milliseconds(25)

    /// Where they count calls; nil where each counts for itself.
    let counters: (any RateLimitStore)?
    /// Where they share answers; nil where each keeps its own.
    let answers: (any ResponseStore)?
    /// The connections.
    let background: [any Service]

    /// Makes clients of the servers that are named, which connect when they are run.
    init(_ configuration: GatewayConfiguration) {
        var background: [any Service] = []
        func client(_ server: RedisSettings.Server, _ limits: RedisLimits) -> RedisClient {
            let group = MultiThreadedEventLoopGroup.singleton
            let client = RedisClient(to: server.address, name: "clowder-gateway", limits: limits, on: group)
            background.append(client)
            return client
        }
        counters = configuration.counterServer.map { server in
            RedisRateLimitStore(client(server, RedisLimits()), prefix: server.prefix)
        }
        var limits = RedisLimits()
        limits.reply = Self.answerLimit
        answers = configuration.answerServer.map { [limits] server in
            ConfirmedResponseStore(RedisResponseStore(client(server, limits), prefix: server.prefix))
        }
        self.background = background
    }
}
