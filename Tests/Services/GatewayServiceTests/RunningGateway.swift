import AccessPolicy
import Discovery
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import LoadBalancing
import Logging
import MailWorkerContract
import NIOCore
import SearchContract
import ServiceClient
import ServiceTestSupport
import TestSupport
import Testing
import Tokens
import UsersContract

@testable import GatewayService
@testable import ServiceRuntime

/// The gateway on a real socket, before services that remember what reaches them.
struct RunningGateway: Sendable {
    /// What may be wrong with a service behind the gateway.
    enum Outage: Sendable {
        /// The registry knows no replica.
        case unregistered
        /// The registry knows a replica, and nobody listens there.
        case unreachable
    }

    /// What takes the gateway's connections.
    enum Listener: Sendable {
        /// Hummingbird's own server: every request reaches the gateway's responder.
        case plain
        /// The edge: what the gateway only passes on is proxied on the event loops.
        case edge
    }

    let client: any TestClientProtocol
    let time: ManualTime
    let services: FakeServices

    var users: FakeService { services.users }
    var search: FakeService { services.search }
    var mailWorker: FakeService { services.mailWorker }

    /// Every call that a service behind the gateway has seen.
    var calls: [FakeService.Call] { users.calls + search.calls + mailWorker.calls }

    /// Sends a request; a body is JSON unless the headers say otherwise.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        token: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        if let token { headers[.authorization] = "Bearer \(token)" }
        let buffer = body.map { ByteBuffer(string: $0) }
        return Answer(try await client.execute(uri: path, method: method, headers: headers, body: buffer))
    }

    /// Who may do what, as the users service's keys and the standard policy say.
    static func access(_ connections: ServiceConnections, _ time: ManualTime) throws -> AccessGuard {
        .remote(
            verifier: AccessTokenVerifier(issuer: UsersAddress.tokenIssuer, audience: UsersAddress.tokenAudience),
            issuer: connections.client(for: UsersAddress.name),
            keySetPath: UsersAddress.keySetPath,
            policy: try RolePolicy.standard(),
            now: { time.date }
        )
    }

    /// An access token for these roles beside `member`, signed by the users service unless another key is given.
    func token(
        _ roles: Set<String> = [],
        audience: String = UsersAddress.tokenAudience,
        key: SigningKey? = nil
    ) async throws -> String {
        try await AccessTokenIssuer(issuer: UsersAddress.tokenIssuer, audience: audience).issue(
            accountID: "account-1",
            sessionID: "session-1",
            roles: roles,
            tokenID: "token-1",
            at: time.date,
            with: key ?? services.key
        )
    }
}

/// Runs the gateway before fake services for the length of `body`; services without an outage answer.
func withGateway<Value: Sendable>(
    outages: [ServiceName: RunningGateway.Outage] = [:],
    settings: [String] = [],
    on listener: RunningGateway.Listener = .plain,
    _ body: @Sendable (RunningGateway) async throws -> Value
) async throws -> Value {
    try await withLogger(Logger(label: "gateway", factory: { _ in InMemoryLogHandler() })) { logger in
        let services = FakeServices()
        return try await services.listening { endpoints, refusing in
            let replicas = endpoints.map { name, endpoint -> (ServiceName, Set<Endpoint>) in
                switch outages[name] {
                case .unregistered: (name, [])
                case .unreachable: (name, [refusing])
                case nil: (name, [endpoint])
                }
            }
            let registry = FixedRegistry(Dictionary(uniqueKeysWithValues: replicas))
            return try await run(registry, services, settings, listener, logger, body)
        }
    }
}

private func run<Value: Sendable>(
    _ registry: FixedRegistry,
    _ services: FakeServices,
    _ arguments: [String],
    _ listener: RunningGateway.Listener,
    _ logger: Logger,
    _ body: @Sendable (RunningGateway) async throws -> Value
) async throws -> Value {
    let time = ManualTime()
    let names = [UsersAddress.name, SearchAddress.name, MailWorkerAddress.name]
    let connections = ServiceConnections(to: names, registry: registry)
    let parts = makeGatewayApplication(
        configuration: try GatewayConfiguration(arguments: arguments),
        connections: connections,
        access: try RunningGateway.access(connections, time),
        clock: ContinuousClock(),
        now: { time.date }
    )
    let application =
        switch listener {
        case .plain: Application(responder: parts.responder, services: parts.background, logger: logger)
        case .edge:
            Application(
                responder: parts.responder,
                server: .edge(
                    limits: parts.limits,
                    isStream: parts.isStream,
                    tracker: ConnectionTracker(),
                    makeShortcut: parts.makeShortcut,
                    logger: logger
                ),
                services: parts.background,
                logger: logger
            )
        }
    return try await application.test(.live) { client in
        _ = try await eventually("the registry's first sets") {
            names.allSatisfy { connections.client(for: $0).pool.hasSeenSet } ? true : nil
        }
        return try await body(RunningGateway(client: client, time: time, services: services))
    }
}
