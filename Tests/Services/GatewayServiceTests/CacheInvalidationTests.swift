import AccessPolicy
import Conformance
import Discovery
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import Logging
import Resilience
import SearchContract
import ServiceRuntime
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract

@testable import GatewayService
@testable import HTTPProxy

/// What a call that changes something does to the answers that are kept.
@Suite(.timeLimit(.minutes(1))) struct CacheInvalidationTests {
    /// How the file of the routes may change while a call is under way.
    enum Change: CaseIterable, Sendable {
        /// It is not read again.
        case none
        /// It is read again, and says what it said.
        case nothing
        /// A cache of other settings takes the place of the one of its name.
        case settings
        /// A cache of another name does.
        case name
        /// The file does not say any more that the call makes anything out of date.
        case silence

        /// The name of the cache that answers are kept in afterwards.
        var cacheName: String { self == .name ? "animals" : "listings" }

        var keepsCaches: Bool { self == .none || self == .nothing }

        /// What the file says afterwards.
        func contents() throws -> RoutesFile.Contents {
            let path = ProjectFiles.root + "/Services/Gateway/Service/Resources/routes.json"
            let text = edited(String(decoding: try ProjectFiles.read(path), as: UTF8.self))
            return try RoutesFile.contents(of: Array(text.utf8), named: "routes.json", .standard())
        }

        private func edited(_ text: String) -> String {
            let other = text.replacing("\"freshSeconds\": 2", with: "\"freshSeconds\": 3")
            return switch self {
            case .none, .nothing: text
            case .settings: other
            case .name: text.replacing("\"listings\"", with: "\"animals\"")
            case .silence: other.replacing(", \"invalidates\": [\"listings\"]", with: "")
            }
        }
    }

    @Test(arguments: Change.allCases)
    func emptiesTheCachesThatThereAreAtTheEndOfTheCall(change: Change) async throws {
        try await Self.withRouting { gateway, routing, maker in
            let token = try await gateway.token(["shelter"])
            gateway.search.hold()
            let call = Attempt {
                try await gateway.send(.put, "/v1/listings/A1", #"{"species":"DOG"}"#, token: token)
            }
            try await eventually("the call is under way") { gateway.search.calls.count == 1 }
            let before = routing.current
            if change != .none { routing.replace(with: maker.make(try change.contents(), after: before)) }
            let cache = try #require(routing.current.caches.cache(change.cacheName))
            #expect((before.caches.cache(change.cacheName)?.responses === cache.responses) == change.keepsCaches)
            try Self.fill(cache)
            #expect(cache.responses.usage.count == 1)
            gateway.search.release()
            #expect(try await call.ends().get().status == .ok)
            #expect(cache.responses.usage.count == 0)
        }
    }

    /// By the time the caller has the answer, nobody finds the old one, at whichever gateway.
    @Test(arguments: [false, true])
    func emptiesWhatGatewaysShareBeforeTheCallerHasTheAnswer(isAway: Bool) async throws {
        let memory = MemoryResponseStore(ManualTime())
        let store = ConfirmedResponseStore(memory)
        try await Self.withRouting(answers: store) { gateway, _, _ in
            let epoch = try await store.missing("a", in: "listings")
            let old = StoredResponse(bytes: [1], fresh: .seconds(60))
            store.keep(old, as: "a", in: "listings", from: epoch)
            let token = try await gateway.token(["shelter"])
            memory.isAway = isAway
            let answer = try await gateway.send(.put, "/v1/listings/A1", #"{"species":"DOG"}"#, token: token)
            #expect(answer.status == .ok)
            memory.isAway = false
            switch await store.find("a", in: "listings") {
            case .found: Issue.record("the old answer is found")
            case .missing(let next): #expect(!isAway && next != epoch)
            case .unavailable: #expect(isAway)
            }
        }
    }

    private static func fill(_ cache: ProxyCache) throws {
        let now = ContinuousClock().now
        let key = ProxyCache.Key(service: SearchAddress.name, target: "/v1/listings", variant: nil)
        guard case .lead(let fill, _) = cache.responses.lookUp(key, at: now, makeWaiter: { { _ in } }) else {
            throw CacheIsNotEmpty()
        }
        cache.responses.complete(fill, with: .fetched(nil, bytes: 1, lifetime: cache.lifetime), at: now)
    }

    private struct CacheIsNotEmpty: Error {}

    /// Runs the gateway before fake services, and shows what its requests are answered by.
    private static func withRouting(
        answers: (any ResponseStore)? = nil,
        _ body: @Sendable (RunningGateway, Routing, SnapshotMaker) async throws -> Void
    ) async throws {
        let logger = Logger(label: "gateway", factory: { _ in InMemoryLogHandler() })
        let (services, time, clock) = (FakeServices(), ManualTime(), ContinuousClock())
        try await services.listening { endpoints, _ in
            let registry = FixedRegistry(endpoints.mapValues { [$0] })
            let connections = ServiceConnections(to: Array(endpoints.keys), registry: registry)
            let access = try RunningGateway.access(connections, time)
            let maker = SnapshotMaker(
                access: access,
                connections: connections,
                counters: LimitCounters(logger: logger, now: { .zero }),
                answers: answers,
                clock: clock,
                start: clock.now,
                logger: logger
            )
            let routing = Routing(maker.make(try GatewayConfiguration().file))
            let responder = GatewayResponder(
                routing: routing,
                pages: Pages(),
                access: access,
                forwarder: Forwarder(connections: connections),
                clock: clock
            )
            let application = Application(
                responder: ServiceResponder(responder, deadlines: .edge()),
                services: [connections],
                logger: logger
            )
            try await application.test(.live) { client in
                try await body(RunningGateway(client: client, time: time, services: services), routing, maker)
            }
        }
    }
}
