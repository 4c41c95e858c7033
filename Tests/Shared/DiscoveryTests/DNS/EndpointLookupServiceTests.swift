import Testing

@testable import Discovery

@Suite struct EndpointLookupServiceTests {
    private static let name = "_users._tcp.example"
    private let zone = FakeZone()

    @Test func findsPortsAndWeightsOfTargets() async throws {
        offer(.service(Self.name, "a.example", port: 81, weight: 5), .service(Self.name, "b.example", port: 82))
        place("a.example", "192.0.2.1")
        place("b.example", "192.0.2.2")
        #expect(try await find().endpoints == [.found("192.0.2.1", 81, weight: 5), .found("192.0.2.2", 82, weight: 1)])
    }

    @Test func findsEveryAddressOfATarget() async throws {
        offer(.service(Self.name, "a.example", port: 81, weight: 5))
        zone.set(.a, "a.example", .address("a.example", "192.0.2.1"))
        zone.set(.aaaa, "a.example", .address("a.example", "2001:db8::1"))
        #expect(
            try await find().endpoints == [.found("192.0.2.1", 81, weight: 5), .found("2001:db8::1", 81, weight: 5)]
        )
    }

    @Test func takesTheLowestPriorityOnly() async throws {
        offer(
            .service(Self.name, "b.example", port: 82, priority: 20),
            .service(Self.name, "a.example", port: 81, priority: 10),
            .service(Self.name, "c.example", port: 83, priority: 10)
        )
        for (target, address) in [("a", "192.0.2.1"), ("b", "192.0.2.2"), ("c", "192.0.2.3")] {
            place(target + ".example", address)
        }
        #expect(try await find().endpoints == [.found("192.0.2.1", 81), .found("192.0.2.3", 83)])
        #expect(!zone.asked.contains { $0.name == "b.example" })
    }

    @Test(arguments: [(0, 1), (1, 1), (2, 2), (65535, 65535)])
    func weighsAtLeastOne(_ weight: Int, expected: Int) async throws {
        offer(.service(Self.name, "a.example", port: 81, weight: weight))
        place("a.example", "192.0.2.1")
        #expect(try await find().endpoints == [.found("192.0.2.1", 81, weight: expected)])
    }

    @Test func addsUpWhatRecordsSayOfOneAddressAndPort() async throws {
        offer(
            .service(Self.name, "a.example", port: 81, weight: 3),
            .service(Self.name, "b.example", port: 81, weight: 4),
            .service(Self.name, "b.example", port: 82, weight: 5)
        )
        place("a.example", "192.0.2.1")
        place("b.example", "192.0.2.1")
        #expect(try await find().endpoints == [.found("192.0.2.1", 81, weight: 7), .found("192.0.2.1", 82, weight: 5)])
    }

    @Test func usesAdditionalRecordsInPlaceOfFurtherQuestions() async throws {
        zone.set(
            .srv,
            Self.name,
            DNSAnswer(
                records: [.service(Self.name, "a.example", port: 81), .service(Self.name, "b.example", port: 82)],
                additional: [
                    .address("a.example", "192.0.2.1", ttl: 6), .address("a.example", "2001:db8::1", ttl: 5),
                    .address("stranger.example", "192.0.2.9"),
                ]
            )
        )
        place("b.example", "192.0.2.2")
        let found = try await find()
        #expect(found.endpoints == [.found("192.0.2.1", 81), .found("2001:db8::1", 81), .found("192.0.2.2", 82)])
        #expect(found.timeToLive == .seconds(5))
        #expect(Set(zone.asked.map(\.name)) == [Self.name, "b.example"])
    }

    @Test func restsOnTheShortestTTL() async throws {
        offer(.service(Self.name, "a.example", port: 81, ttl: 30))
        zone.set(.aaaa, "a.example", DNSAnswer())
        zone.set(.a, "a.example", .address("a.example", "192.0.2.1", ttl: 40))
        #expect(try await find().timeToLive == .seconds(30))
        zone.set(.a, "a.example", .address("a.example", "192.0.2.1", ttl: 4))
        #expect(try await find().timeToLive == .seconds(4))
    }

    @Test func findsNobodyWhereThereAreNoRecords() async throws {
        zone.set(.srv, Self.name, DNSAnswer(negativeTimeToLive: .seconds(9)))
        #expect(try await find() == EndpointLookup.Finding(endpoints: [], timeToLive: .seconds(9)))
    }

    /// RFC 2782: a target of "." says that the service is decidedly not offered.
    @Test func findsNobodyWhereTheServiceIsNotOffered() async throws {
        offer(.service(Self.name, "", port: 80, ttl: 9))
        #expect(try await find() == EndpointLookup.Finding(endpoints: [], timeToLive: .seconds(9)))
        #expect(zone.asked.count == 1)
    }

    @Test func passesOverAPortThatIsNone() async throws {
        offer(.service(Self.name, "a.example", port: 0), .service(Self.name, "b.example", port: 82, priority: 1))
        place("b.example", "192.0.2.2")
        #expect(try await find().endpoints == [.found("192.0.2.2", 82)])
    }

    @Test func leavesOutATargetThatDoesNotExist() async throws {
        offer(.service(Self.name, "a.example", port: 81), .service(Self.name, "gone.example", port: 82))
        place("a.example", "192.0.2.1")
        #expect(try await find().endpoints == [.found("192.0.2.1", 81)])
    }

    @Test func failsWhenOneTargetStaysWithoutAnAnswer() async {
        offer(.service(Self.name, "a.example", port: 81), .service(Self.name, "b.example", port: 82))
        place("a.example", "192.0.2.1")
        zone.fail(.aaaa, "b.example")
        await #expect(throws: DNSLookupError.self) { try await find() }
    }

    @Test func failsWhenItHasTooMuchToAsk() async throws {
        #expect(EndpointLookup.targetLimit == 64)
        let targets = (1...65).map { "t\($0).example" }
        for target in targets { place(target, "192.0.2.1") }
        let records = targets.map { DNSRecord.service(Self.name, $0, port: 81) }
        zone.set(.srv, Self.name, DNSAnswer(records: Array(records.dropLast())))
        #expect(try await find().endpoints == [.found("192.0.2.1", 81, weight: 64)])
        zone.set(.srv, Self.name, DNSAnswer(records: records))
        let error = try await #require(throws: DNSLookupError.self) { try await find() }
        #expect(error.code == .unusable)
    }

    @Test func findsTheSameSetInEveryOrder() async throws {
        let records = (1...4).map { DNSRecord.service(Self.name, "t\($0).example", port: 80 + $0, weight: $0) }
        for number in 1...4 { place("t\(number).example", "192.0.2.\(number)") }
        zone.set(.srv, Self.name, DNSAnswer(records: records))
        let first = try await find()
        zone.set(.srv, Self.name, DNSAnswer(records: records.reversed()))
        #expect(try await find() == first)
    }

    private func offer(_ records: DNSRecord...) {
        zone.set(.srv, Self.name, DNSAnswer(records: records))
    }

    private func place(_ target: String, _ address: String) {
        zone.set(.a, target, .address(target, address))
    }

    private func find() async throws -> EndpointLookup.Finding {
        try await EndpointLookup(name: Self.name, records: .services, query: zone.query).find()
    }
}
