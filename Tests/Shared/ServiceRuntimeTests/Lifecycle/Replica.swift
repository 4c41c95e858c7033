import Discovery
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Logging
import ServiceLifecycle
import Synchronization
import Telemetry
import TestSupport

@testable import ServiceRuntime

/// One replica in this process: two listeners on free ports, background work, and its registration.
final class Replica: Sendable {
    let readiness: Readiness
    let registry: RecordingRegistry
    private let group: ServiceGroup
    private let events: Events

    var history: [String] { events.all }

    init(checks: [Readiness.Check] = [], leaseDuration: Duration = .seconds(6), lameDuck: Duration = .milliseconds(1)) {
        let (readiness, events) = (Readiness(checks: checks), Events())
        let registry = RecordingRegistry(leaseDuration: leaseDuration) { name, verb in
            events.note("\(verb) \(name) while \(readiness.phase.rawValue)")
        }
        let (port, operationsPort) = (ListenerPort(), ListenerPort())
        let router = Router(context: ServiceRequestContext.self)
        router.get("/") { _, _ in Response(status: .ok) }
        let registration = Registration(
            registry: registry,
            service: ServiceName(known: "users"),
            instanceID: "users-1",
            host: "127.0.0.1",
            operationsHost: "127.0.0.1",
            port: port,
            operationsPort: operationsPort,
            readiness: readiness,
            lameDuck: lameDuck
        )
        let services: [any Service] = [
            Self.listener(Self.operations(readiness), operationsPort), BackgroundWork(events: events),
            Self.listener(router, port), registration,
        ]
        group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: Self.quiet))
        (self.readiness, self.registry, self.events) = (readiness, registry, events)
    }

    private static let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    private static func listener(_ router: Router<ServiceRequestContext>, _ port: ListenerPort) -> some Service {
        Application(
            responder: router.buildResponder(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.listen(on: $0) },
            logger: quiet
        )
    }

    private static func operations(_ readiness: Readiness) -> Router<ServiceRequestContext> {
        let information = ProcessInformation(
            service: "users",
            instance: "users-1",
            version: "",
            startedAt: Date(),
            processID: 0,
            uptimeSeconds: 0
        )
        return OperationsRoutes(
            readiness: readiness,
            metrics: PrometheusRegistry(),
            connections: ConnectionTracker(),
            upstreams: { [] },
            information: information
        ).router()
    }

    /// Runs the replica while `body` runs and shuts it down; an error of `body` ends it at once.
    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [group] in try await withLogger(Self.quiet) { _ in try await group.run() } }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    func beginShutdown() async {
        await group.triggerGracefulShutdown()
    }

    func waitUntil(_ what: String, _ condition: () -> Bool) async throws {
        try await eventually(what) { condition() ? () : nil }
    }

    /// The status of an answer over a socket.
    func get(_ path: String, at endpoint: Endpoint) async throws -> Int {
        try await TestClient.withClient(host: endpoint.host, port: endpoint.port) { client in
            try await client.get(path).status.code
        }
    }
}

/// What happened, in order.
final class Events: Sendable {
    private let events = Mutex<[String]>([])

    var all: [String] { events.withLock { $0 } }

    func note(_ event: String) { events.withLock { $0.append(event) } }
}

private struct BackgroundWork: Service {
    let events: Events

    func run() async throws {
        try await gracefulShutdown()
        events.note("background stopped")
    }
}

/// A registry in memory that tells of every call and can be away for a while.
final class RecordingRegistry: ServiceRegistry {
    private struct State {
        var endpoints: [String: Endpoint] = [:]
        var registrations: [String: Int] = [:]
        var failures = 0
    }

    let leaseDuration: Duration
    private let state = Mutex(State())
    private let note: @Sendable (_ service: String, _ verb: String) -> Void

    init(leaseDuration: Duration, note: @escaping @Sendable (_ service: String, _ verb: String) -> Void) {
        self.leaseDuration = leaseDuration
        self.note = note
    }

    func fail(times: Int) { state.withLock { $0.failures = times } }
    func has(_ service: String) -> Bool { endpoint(service) != nil }
    func endpoint(_ service: String) -> Endpoint? { state.withLock { $0.endpoints[service] } }
    func registrations(_ service: String) -> Int { state.withLock { $0.registrations[service, default: 0] } }

    func register(_ endpoint: Endpoint, as service: ServiceName) async throws(RegistryError) {
        try failIfAway()
        note(service.description, "register")
        state.withLock {
            $0.endpoints[service.description] = endpoint
            $0.registrations[service.description, default: 0] += 1
        }
    }

    func deregister(_ endpoint: Endpoint, from service: ServiceName) async throws(RegistryError) {
        try failIfAway()
        note(service.description, "deregister")
        state.withLock { $0.endpoints[service.description] = nil }
    }

    func endpoints(of service: ServiceName) -> EndpointUpdates {
        StaticResolver([:]).endpoints(of: service)
    }

    private func failIfAway() throws(RegistryError) {
        let isAway = state.withLock { state in
            guard state.failures > 0 else { return false }
            state.failures -= 1
            return true
        }
        if isAway { throw RegistryError("away") }
    }
}
