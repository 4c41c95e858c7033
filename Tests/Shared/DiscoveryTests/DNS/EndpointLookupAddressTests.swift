import Testing

@testable import Discovery

@Suite struct EndpointLookupAddressTests {
    private static let name = "users.example"
    private let zone = FakeZone()

    @Test func findsAddressesOfBothFamilies() async throws {
        zone.set(.a, Self.name, .address(Self.name, "192.0.2.1"), .address(Self.name, "192.0.2.2"))
        zone.set(.aaaa, Self.name, .address(Self.name, "2001:db8::1"))
        let found = try await find()
        #expect(found.endpoints == [.found("192.0.2.1", 80), .found("192.0.2.2", 80), .found("2001:db8::1", 80)])
        #expect(Set(found.endpoints.map(\.id)) == ["192.0.2.1:80", "192.0.2.2:80", "[2001:db8::1]:80"])
        #expect(Set(zone.asked) == [DNSQuestion(name: Self.name, type: .a), DNSQuestion(name: Self.name, type: .aaaa)])
    }

    @Test func findsNobodyWhereThereAreNoRecords() async throws {
        zone.set(.a, Self.name, DNSAnswer(negativeTimeToLive: .seconds(20)))
        zone.set(.aaaa, Self.name, DNSAnswer(negativeTimeToLive: .seconds(10)))
        #expect(try await find() == EndpointLookup.Finding(endpoints: [], timeToLive: .seconds(10)))
    }

    @Test func doesNotKnowHowLongNothingHoldsWithoutASOARecord() async throws {
        zone.set(.a, Self.name, DNSAnswer())
        zone.set(.aaaa, Self.name, DNSAnswer())
        #expect(try await find() == EndpointLookup.Finding(endpoints: [], timeToLive: nil))
    }

    @Test func restsOnTheShortestTTL() async throws {
        zone.set(
            .a,
            Self.name,
            .address(Self.name, "192.0.2.1", ttl: 30),
            .address(Self.name, "192.0.2.2", ttl: 20)
        )
        zone.set(.aaaa, Self.name, DNSAnswer())
        #expect(try await find().timeToLive == .seconds(20))
        zone.set(.aaaa, Self.name, DNSAnswer(negativeTimeToLive: .seconds(7)))
        #expect(try await find().timeToLive == .seconds(7))
        zone.set(.aaaa, Self.name, .address(Self.name, "2001:db8::1", ttl: 3))
        #expect(try await find().timeToLive == .seconds(3))
    }

    /// Half a set would look like a set from which the other half has gone.
    @Test(arguments: [DNSQuestion.RecordType.a, .aaaa])
    func failsWhenOneFamilyStaysWithoutAnAnswer(_ type: DNSQuestion.RecordType) async {
        zone.set(.a, Self.name, .address(Self.name, "192.0.2.1"))
        zone.fail(type, Self.name)
        await #expect(throws: DNSLookupError.self) { try await find() }
    }

    @Test func followsAliasesWithinAnAnswer() async throws {
        zone.set(
            .a,
            Self.name,
            .address("c.example", "192.0.2.1"),
            .alias("b.example", of: "c.example", ttl: 9),
            .alias(Self.name, of: "b.example"),
            .address("stranger.example", "192.0.2.9")
        )
        let found = try await find()
        #expect(found.endpoints == [.found("192.0.2.1", 80)])
        #expect(found.timeToLive == .seconds(9))
    }

    @Test func asksForWhatAnAliasStandsForWhenTheAnswerDoesNotTell() async throws {
        zone.set(.a, Self.name, .alias(Self.name, of: "b.example", ttl: 8))
        zone.set(.a, "b.example", .address("b.example", "192.0.2.1", ttl: 40))
        let found = try await find()
        #expect(found.endpoints == [.found("192.0.2.1", 80)])
        #expect(found.timeToLive == .seconds(8))
    }

    /// The SOA record tells "the alias's target has none" from "the server did not follow".
    @Test func believesThatAnAliasStandsForNothing() async throws {
        let alias = [DNSRecord.alias(Self.name, of: "b.example")]
        zone.set(.a, Self.name, DNSAnswer(records: alias, negativeTimeToLive: .seconds(5)))
        #expect(try await find().endpoints == [])
        #expect(!zone.asked.contains { $0.name == "b.example" })
    }

    @Test func givesUpOnACircleOfAliases() async throws {
        zone.set(
            .a,
            Self.name,
            .alias(Self.name, of: "b.example"),
            .alias("b.example", of: Self.name)
        )
        let error = try await #require(throws: DNSLookupError.self) { try await find() }
        #expect(error.code == .unusable)
    }

    @Test func givesUpOnAliasesWithoutEnd() async throws {
        let names = [Self.name] + (1...20).map { "alias-\($0).example" }
        for (name, target) in zip(names, names.dropFirst()) {
            zone.set(.a, name, .alias(name, of: target))
        }
        let error = try await #require(throws: DNSLookupError.self) { try await find() }
        #expect(error.code == .unusable)
        #expect(zone.asked.count == DNSAnswer.aliasLimit)
    }

    @Test func asksInLowercaseAsAnswersAreRead() async throws {
        zone.set(.a, Self.name, .address(Self.name, "192.0.2.1"))
        let lookup = EndpointLookup(name: "Users.Example", records: .addresses(port: 80), query: zone.query)
        #expect(try await lookup.find().endpoints == [.found("192.0.2.1", 80)])
    }

    private func find() async throws -> EndpointLookup.Finding {
        try await EndpointLookup(name: Self.name, records: .addresses(port: 80), query: zone.query).find()
    }
}
