import Dispatch
import TestSupport
import Testing

@testable import Discovery

/// Real questions to a name server on the loopback interface.
@Suite(.timeLimit(.minutes(1))) struct LibresolvClientTests {
    private static let name = "users.example"
    private static let quick = DNSQueryLimits(timeout: .seconds(1), tries: 1)

    @Test func readsAddressesOfIPv4() async throws {
        try await withNameserver { server in
            server.set(.a, Self.name, .records(.a(Self.name, "192.0.2.1", ttl: 5), .a(Self.name, "192.0.2.2", ttl: 6)))
            let answer = try await ask(server, .a)
            #expect(
                answer.records == [
                    .address(Self.name, "192.0.2.1", ttl: 5), .address(Self.name, "192.0.2.2", ttl: 6),
                ]
            )
            #expect(server.asked.map(\.way) == [.datagram])
        }
    }

    @Test func readsAddressesOfIPv6() async throws {
        try await withNameserver { server in
            server.set(.aaaa, Self.name, .records(.aaaa(Self.name, "2001:db8:0:0:0:0:0:1", ttl: 5)))
            let answer = try await ask(server, .aaaa)
            #expect(answer.records == [.address(Self.name, "2001:db8::1", ttl: 5)])
        }
    }

    @Test func readsServices() async throws {
        try await withNameserver { server in
            let record = WireRecord.srv(Self.name, "A.Example", port: 81, priority: 2, weight: 3, ttl: 4)
            server.set(.srv, Self.name, .records(record, additional: [.a("a.example", "192.0.2.1", ttl: 9)]))
            let answer = try await ask(server, .srv)
            #expect(
                answer.records == [
                    .service(Self.name, "a.example", port: 81, priority: 2, weight: 3, ttl: 4)
                ]
            )
            #expect(answer.additional == [.address("a.example", "192.0.2.1", ttl: 9)])
        }
    }

    @Test func readsTheRootAsAnEmptyTarget() async throws {
        try await withNameserver { server in
            server.set(.srv, Self.name, .records(.srv(Self.name, ".", port: 0)))
            let answer = try await ask(server, .srv)
            #expect(answer.records == [.service(Self.name, "", port: 0)])
        }
    }

    @Test func readsAliases() async throws {
        try await withNameserver { server in
            let records: NameserverReply = .records(.cname(Self.name, "b.example"), .a("b.example", "192.0.2.1"))
            server.set(.a, Self.name, records)
            let answer = try await ask(server, .a)
            #expect(answer.records == [.alias(Self.name, of: "b.example"), .address("b.example", "192.0.2.1")])
        }
    }

    @Test func passesOverRecordsOfOtherTypes() async throws {
        try await withNameserver { server in
            let text = WireRecord(name: Self.name, type: 16, timeToLive: 60, content: [1, 65])
            server.set(.a, Self.name, .records(text, .a(Self.name, "192.0.2.1")))
            let answer = try await ask(server, .a)
            #expect(answer.records == [.address(Self.name, "192.0.2.1")])
        }
    }

    /// RFC 2308 section 5: the smaller of the record's TTL and its minimum.
    @Test(arguments: [(5, 60, 5), (60, 5, 5), (0, 60, 0), (UInt32.max, 60, 0)] as [(UInt32, UInt32, Int)])
    func readsHowLongNothingHolds(_ minimum: UInt32, ttl: UInt32, seconds: Int) async throws {
        try await withNameserver { server in
            let authority: [WireRecord] = [.soa(minimum: minimum, ttl: ttl)]
            server.set(.a, Self.name, NameserverReply(authority: authority))
            server.set(.aaaa, Self.name, NameserverReply(code: 3, authority: authority))
            let expected = DNSAnswer(negativeTimeToLive: .seconds(seconds))
            for type in [DNSQuestion.RecordType.a, .aaaa] {
                let answer = try await ask(server, type)
                #expect(answer == expected)
            }
        }
    }

    @Test func takesNothingWithoutASOARecordAsNothing() async throws {
        try await withNameserver { server in
            server.set(.a, Self.name, .noSuchName())
            server.set(.aaaa, Self.name, .nothing())
            for type in [DNSQuestion.RecordType.a, .aaaa] {
                let answer = try await ask(server, type)
                #expect(answer == DNSAnswer())
            }
        }
    }

    /// RFC 2308 section 2.2: name servers without an SOA record are a referral.
    @Test func refusesAReferral() async throws {
        try await withNameserver { server in
            server.set(.a, Self.name, NameserverReply(authority: [.ns("example", "ns.example")]))
            let error = try await failure(server, .a)
            #expect(error.code == .unusable)
        }
    }

    @Test(arguments: [2, 4, 5] as [UInt8])
    func takesAServersFailureAsNoAnswer(_ code: UInt8) async throws {
        try await withNameserver { server in
            server.set(.a, Self.name, .failure(code))
            let error = try await failure(server, .a)
            #expect(error.code == .unanswered)
        }
    }

    @Test func takesOtherCodesAsNoAnswer() async throws {
        try await withNameserver { server in
            server.set(.a, Self.name, .failure(9))
            let error = try await failure(server, .a)
            #expect(error.code == .unanswered)
        }
    }

    @Test func doesNotWaitForEverForASilentServer() async throws {
        try await withNameserver { server in
            server.set(.a, Self.name, .silence)
            let error = try await failure(server, .a)
            #expect(error.code == .unanswered)
            #expect(server.asked.count == 1)
        }
    }

    @Test func triesAsOftenAsItIsTold() async throws {
        try await withNameserver { server in
            server.set(.a, Self.name, .failure())
            let limits = DNSQueryLimits(timeout: .seconds(1), tries: 3)
            let client = LibresolvClient(nameservers: [server.address], limits: limits)
            await #expect(throws: DNSLookupError.self) { try await client.ask(.a, Self.name) }
            #expect(server.asked.count == 3)
        }
    }

    @Test func saysThatNobodyIsThere() async throws {
        let gone = try addressOfNobody()
        let client = LibresolvClient(nameservers: [gone], limits: Self.quick)
        let error = try await #require(throws: DNSLookupError.self) { try await client.ask(.a, Self.name) }
        #expect(error.code == .unreachable)
    }

    @Test func asksTheNextServerWhenOneFails() async throws {
        let gone = try addressOfNobody()
        try await withNameserver { failing in
            try await withNameserver { server in
                failing.set(.a, Self.name, .failure())
                server.set(.a, Self.name, .records(.a(Self.name, "192.0.2.1")))
                let servers = [gone, failing.address, server.address]
                let client = LibresolvClient(nameservers: servers, limits: Self.quick)
                let answer = try await client.ask(.a, Self.name)
                #expect(answer.records == [.address(Self.name, "192.0.2.1")])
                #expect(failing.asked.count == 1)
            }
        }
    }

    @Test func saysThatANameCannotBeAsked() async throws {
        let client = LibresolvClient(nameservers: [], limits: Self.quick)
        let label = String(repeating: "x", count: 64)
        let error = try await #require(throws: DNSLookupError.self) { try await client.ask(.a, label + ".example") }
        #expect(error.code == .unaskable)
    }

    private func ask(_ server: FakeNameserver, _ type: DNSQuestion.RecordType) async throws -> DNSAnswer {
        let client = LibresolvClient(nameservers: [server.address], limits: Self.quick)
        return try await client.ask(type, Self.name)
    }

    private func failure(_ server: FakeNameserver, _ type: DNSQuestion.RecordType) async throws -> DNSLookupError {
        try await #require(throws: DNSLookupError.self) { try await ask(server, type) }
    }
}
