import Conformance
import Synchronization
import TestSupport
import Testing

@testable import Discovery

/// Watches through libresolv and a name server, in the test's own time.
@Suite(.timeLimit(.minutes(1))) struct DNSResolverTests {
    private static let name = "users.example"
    private static let service = ServiceName(known: "users")
    private static let one = Endpoint.found("192.0.2.1", 80)
    private static let two = Endpoint.found("192.0.2.2", 80)
    private let clock = ManualClock()
    private let lookups = LookupRecorder()

    @Test func hasNamedBounds() {
        #expect(DNSResolver.threadLimit == 2)
        #expect(DNSResolver.waitingLimit == 64)
    }

    @Test func deliversAChangedAnswerAfterItsTTL() async throws {
        try await withWatchedServer(serving: [.a: .records(.a(Self.name, "192.0.2.1", ttl: 10)), .aaaa: .nothing()]) {
            server,
            watch in
            try await watch.waitForLast([Self.one])
            server.set(.a, Self.name, .records(.a(Self.name, "192.0.2.1"), .a(Self.name, "192.0.2.2")))
            try await pass(.seconds(10))
            try await watch.waitForLast([Self.one, Self.two])
            #expect(watch.sets == [[Self.one], [Self.one, Self.two]])
        }
    }

    @Test(arguments: [(0, 1), (1, 1), (30, 30), (60, 60), (61, 60), (86_400, 60)] as [(UInt32, Int)])
    func looksAgainAfterATTLWithinItsBounds(_ ttl: UInt32, seconds: Int) async throws {
        try await withWatchedServer(serving: [.a: .records(.a(Self.name, "192.0.2.1", ttl: ttl)), .aaaa: .nothing()]) {
            server,
            watch in
            try await watch.waitForLast([Self.one])
            try await pass(.seconds(seconds))
            try await eventually("the second look", holds: { server.asked.count == 4 })
        }
    }

    @Test(arguments: [(0, 1), (5, 5), (3600, 60)] as [(UInt32, Int)])
    func looksAgainAfterANegativeTTLWithinItsBounds(_ minimum: UInt32, seconds: Int) async throws {
        try await withWatchedServer(serving: [.a: .noSuchName(minimum: minimum), .aaaa: .noSuchName(minimum: minimum)])
        { server, watch in
            try await watch.waitForLast([])
            server.set(.a, Self.name, .records(.a(Self.name, "192.0.2.1")))
            try await pass(.seconds(seconds))
            try await watch.waitForLast([Self.one])
        }
    }

    @Test(arguments: [NameserverReply.noSuchName(minimum: 5), .nothing(minimum: 5), .noSuchName(), .nothing()])
    func deliversAnEmptySetWhenNobodyIsLeft(_ reply: NameserverReply) async throws {
        try await withWatchedServer(serving: [.a: .records(.a(Self.name, "192.0.2.1", ttl: 1)), .aaaa: .nothing()]) {
            server,
            watch in
            try await watch.waitForLast([Self.one])
            server.set(Self.name, reply)
            try await pass(.seconds(1))
            try await watch.waitForLast([])
        }
    }

    @Test(arguments: [
        NameserverReply.failure(2), .failure(5), .silence, .silence.truncating(.truncatesAndHangsUp),
        NameserverReply(manner: .sends([1, 2, 3])), NameserverReply(authority: [.ns("example", "ns.example")]),
    ])
    func keepsSilentDuringAnOutage(_ outage: NameserverReply) async throws {
        try await withWatchedServer(serving: [.a: .records(.a(Self.name, "192.0.2.1", ttl: 1)), .aaaa: .nothing()]) {
            server,
            watch in
            try await watch.waitForLast([Self.one])
            server.set(.a, Self.name, outage)
            try await pass(.seconds(1))
            try await eventually("three failures") {
                clock.advance(by: .seconds(30))
                return lookups.failures.count >= 3 ? () : nil
            }
            #expect(watch.sets == [[Self.one]])
            server.set(.a, Self.name, .records(.a(Self.name, "192.0.2.2")))
            try await eventually("the outage's end") {
                clock.advance(by: .seconds(30))
                return watch.sets.last == [Self.two] ? () : nil
            }
            #expect(watch.sets == [[Self.one], [Self.two]])
        }
    }

    @Test func keepsSilentBeforeItKnowsAnything() async throws {
        try await withWatchedServer(serving: [.a: .failure(), .aaaa: .failure()]) { server, watch in
            try await eventually("a failure", holds: { !lookups.failures.isEmpty })
            #expect(watch.sets == [])
            server.set(Self.name, .nothing())
            try await eventually("the empty set") {
                clock.advance(by: .seconds(30))
                return watch.sets == [[]] ? () : nil
            }
        }
    }

    @Test func takesAnotherOrderForNoChange() async throws {
        let records = (1...9).map { WireRecord.a(Self.name, "192.0.2.\($0)", ttl: 1) }
        try await withWatchedServer(serving: [.a: NameserverReply(answers: records), .aaaa: .nothing()]) {
            server,
            watch in
            try await eventually("the first set", holds: { watch.sets.count == 1 })
            for rotation in 1...9 {
                let rotated = records[(rotation % 9)...] + records[..<(rotation % 9)]
                server.set(.a, Self.name, NameserverReply(answers: Array(rotated)))
                try await pass(.seconds(1))
                try await eventually("the next look", holds: { server.asked.count >= 2 * (rotation + 1) })
            }
            try await eventually("the last look's end", holds: { !clock.deadlines.isEmpty })
            #expect(watch.sets.count == 1)
        }
    }

    /// The question is on its way, and libresolv cannot be interrupted: the watch does not wait for it.
    @Test func endsAtOnceWhileAQuestionIsOnItsWay() async throws {
        try await withNameserver { server in
            server.set(Self.name, .silence)
            let limits = DNSQueryLimits(timeout: .seconds(5), tries: 1)
            let resolver = try resolver(asking: server, limits: limits)
            let task = Task {
                var watch = resolver.endpoints(of: Self.service).makeAsyncIterator()
                return await watch.next()
            }
            try await eventually("the question", holds: { !server.asked.isEmpty })
            let begin = ContinuousClock().now
            task.cancel()
            #expect(await task.value == nil)
            #expect(ContinuousClock().now - begin < .seconds(4))
            #expect(lookups.failures == [], "the end of a watch is no failure")
        }
    }

    @Test func endsAtOnceWhileItWaits() async throws {
        try await withNameserver { server in
            let resolver = try resolver(asking: server)
            let task = Task {
                var watch = resolver.endpoints(of: Self.service).makeAsyncIterator()
                return [await watch.next(), await watch.next()]
            }
            try await eventually("the wait", holds: { !clock.deadlines.isEmpty })
            task.cancel()
            #expect(await task.value == [[], nil])
            #expect(clock.deadlines.isEmpty)
        }
    }

    @Test func reportsAnswersThatChangeNothing() async throws {
        let reply = NameserverReply.records(.a(Self.name, "192.0.2.1", ttl: 1))
        try await withWatchedServer(serving: [.a: reply, .aaaa: .nothing()]) { _, watch in
            for looks in 1...3 {
                try await eventually("the lookup's report", holds: { lookups.services.count == looks })
                try await pass(.seconds(1))
            }
            #expect(Set(lookups.services) == [Self.service])
            #expect(lookups.failures == [])
            #expect(watch.sets == [[Self.one]])
        }
    }

    @Test func saysThatANameCannotBeAsked() async throws {
        try await withNameserver { server in
            let url = "dns://\(server.address)/_{service}._tcp.example"
            let resolver = resolver(try DNSSource(url: url))
            let long = try #require(ServiceName(String(repeating: "x", count: 63)))
            try await withWatch(on: long, of: resolver) { watch in
                try await eventually("the failure", holds: { lookups.failures.first?.code == .unaskable })
                #expect(watch.sets == [])
            }
        }
    }

    /// Waits until the watch has looked and waits in turn, for this long exactly, and lets the time pass.
    private func pass(_ duration: Duration) async throws {
        let expected = clock.now.elapsed + duration
        try await eventually("a wait until \(expected)", holds: { clock.deadlines == [expected] })
        clock.advance(by: duration)
    }

    private func withWatchedServer(
        serving zone: [DNSQuestion.RecordType: NameserverReply],
        _ body: (FakeNameserver, WatchRecorder) async throws -> Void
    ) async throws {
        try await withNameserver { server in
            for (type, reply) in zone { server.set(type, Self.name, reply) }
            try await withWatch(on: Self.service, of: resolver(asking: server)) { watch in
                try await body(server, watch)
            }
        }
    }

    private func resolver(
        asking server: FakeNameserver,
        limits: DNSQueryLimits = DNSQueryLimits(timeout: .seconds(1), tries: 1)
    ) throws -> DNSResolver {
        try resolver(DNSSource(url: "dns://\(server.address)/{service}.example:80"), limits: limits)
    }

    private func resolver(
        _ source: DNSSource,
        limits: DNSQueryLimits = DNSQueryLimits(timeout: .seconds(1), tries: 1)
    ) -> DNSResolver {
        DNSResolver(source, limits: limits, clock: clock, generator: SeededGenerator(seed: 1)) {
            lookups.append($0, $1)
        }
    }
}

/// Remembers the end of every lookup.
private final class LookupRecorder: Sendable {
    private let ends = Mutex<[(service: ServiceName, failure: DNSLookupError?)]>([])

    var failures: [DNSLookupError] { ends.withLock { $0.compactMap(\.failure) } }
    var services: [ServiceName] { ends.withLock { $0.map(\.service) } }

    func append(_ service: ServiceName, _ failure: DNSLookupError?) {
        ends.withLock { $0.append((service, failure)) }
    }
}
