import TestSupport
import Testing

@testable import Discovery

/// What happens when an answer does not fit a datagram.
@Suite(.timeLimit(.minutes(1))) struct LibresolvClientStreamTests {
    private static let name = "users.example"
    private static let limits = DNSQueryLimits(timeout: .seconds(1), tries: 1)

    @Test func readsATruncatedAnswerByTCP() async throws {
        try await withNameserver { server in
            let crowd = (0..<2000).map { WireRecord.a(Self.name, "198.51.\($0 / 250).\($0 % 250)") }
            server.set(.a, Self.name, NameserverReply(answers: crowd).truncating())
            let answer = try await ask(server)
            #expect(Set(answer.records).count == 2000)
            #expect(server.asked.map(\.way) == [.datagram, .stream])
        }
    }

    @Test func takesNoTruncatedAnswerForAWholeOne() async throws {
        try await withNameserver { server in
            server.set(
                .a,
                Self.name,
                NameserverReply.records(.a(Self.name, "192.0.2.1")).truncating(.truncatesAndHangsUp)
            )
            let error = try await failure(server)
            #expect(error.code == .unreachable)
            #expect(server.asked.map(\.way) == [.datagram, .stream])
        }
    }

    /// A frozen server: libresolv itself would wait for ever.
    @Test func doesNotWaitForEverForASilentStream() async throws {
        try await withNameserver { server in
            let reply = NameserverReply.records(.a(Self.name, "192.0.2.1"))
            server.set(.a, Self.name, reply.truncating(.truncatesAndFallsSilent))
            let error = try await failure(server)
            #expect(error.code == .unanswered)
        }
    }

    @Test(arguments: [2, 4, 5] as [UInt8])
    func takesAServersFailureAsNoAnswer(_ code: UInt8) async throws {
        try await withNameserver { server in
            server.set(.a, Self.name, NameserverReply.failure(code).truncating())
            let error = try await failure(server)
            #expect(error.code == .unanswered)
        }
    }

    @Test(arguments: [NameserverReply.silence.truncating(.truncatesAndHangsUp), .failure().truncating()])
    func asksTheNextServerByTCP(_ firstReply: NameserverReply) async throws {
        try await withNameserver { first in
            try await withNameserver { second in
                let reply = NameserverReply.records(.a(Self.name, "192.0.2.1"))
                first.set(.a, Self.name, firstReply)
                second.set(.a, Self.name, reply.truncating())
                let client = LibresolvClient(nameservers: [first.address, second.address], limits: Self.limits)
                let answer = try await client.ask(.a, Self.name)
                #expect(answer.records == [.address(Self.name, "192.0.2.1")])
                #expect(first.asked.map(\.way) == [.datagram, .stream])
                #expect(second.asked.map(\.way) == [.stream])
            }
        }
    }

    @Test func refusesAnAnswerWithAnotherIdentifier() async throws {
        try await withNameserver { server in
            var reply = NameserverReply.records(.a(Self.name, "192.0.2.1")).truncating()
            reply.identifierOffset = 1
            server.set(.a, Self.name, reply)
            let error = try await failure(server)
            #expect(error.code == .unusable)
            #expect(server.asked.map(\.way) == [.datagram, .stream])
        }
    }

    private func ask(_ server: FakeNameserver) async throws -> DNSAnswer {
        try await LibresolvClient(nameservers: [server.address], limits: Self.limits).ask(.a, Self.name)
    }

    private func failure(_ server: FakeNameserver) async throws -> DNSLookupError {
        try await #require(throws: DNSLookupError.self) { try await ask(server) }
    }
}
