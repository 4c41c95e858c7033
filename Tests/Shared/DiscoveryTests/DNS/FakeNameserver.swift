import Dispatch
import Synchronization
import Testing

@testable import Discovery

/// A name server on a loopback port that it finds by itself, by UDP and TCP, with a zone that tests change.
final class FakeNameserver: Sendable {
    /// How a question came.
    enum Way: Hashable, Sendable {
        case datagram
        case stream
    }

    /// A question that was asked.
    struct Asked: Hashable, Sendable {
        var question: DNSQuestion
        var way: Way
    }

    private struct State {
        var zone: [DNSQuestion: NameserverReply] = [:]
        var asked: [Asked] = []
    }

    /// Where the server is.
    let address: DNSNameserver
    private let state = Mutex(State())
    private let loop: NameserverLoop
    private let ended = DispatchSemaphore(value: 0)

    fileprivate init() throws {
        let loop = try NameserverLoop()
        self.loop = loop
        address = try #require(DNSNameserver(address: "127.0.0.1", port: loop.port))
    }

    fileprivate func start() {
        DispatchQueue(label: "fake-nameserver").async {
            self.loop.run { message, way in self.reply(to: message, by: way) }
            self.ended.signal()
        }
    }

    fileprivate func stop() {
        loop.stop()
        ended.wait()
        loop.close()
    }

    /// Everything that was asked, in order.
    var asked: [Asked] { state.withLock(\.asked) }

    /// Sets what is said to a question; names that nobody set do not exist.
    func set(_ type: DNSQuestion.RecordType, _ name: String, _ reply: NameserverReply) {
        state.withLock { $0.zone[DNSQuestion(name: name, type: type)] = reply }
    }

    /// Sets what is said to every question about a name.
    func set(_ name: String, _ reply: NameserverReply) {
        for type in DNSQuestion.RecordType.allCases { set(type, name, reply) }
    }

    private func reply(to message: [UInt8], by way: Way) -> NameserverLoop.Reaction {
        guard let asked = WireQuestion(message), let question = asked.question else { return .isSilent }
        let reply = state.withLock { state in
            state.asked.append(Asked(question: question, way: way))
            return state.zone[question] ?? .noSuchName(minimum: 60)
        }
        switch (reply.manner, way) {
        case (.isSilent, _), (.truncatesAndFallsSilent, .stream): return .isSilent
        case (.truncatesAndHangsUp, .stream): return .hangsUp
        case (.truncates, .datagram), (.truncatesAndHangsUp, .datagram), (.truncatesAndFallsSilent, .datagram):
            return .sends(reply.message(to: asked, isTruncated: true))
        case (.answers, _), (.sends, _), (.truncates, .stream):
            return .sends(reply.message(to: asked, isTruncated: false))
        }
    }
}

/// Runs `body` with a name server whose zone is empty.
func withNameserver(_ body: (FakeNameserver) async throws -> Void) async throws {
    let server = try FakeNameserver()
    server.start()
    defer { server.stop() }
    try await body(server)
}

/// Where a name server was that is gone.
func addressOfNobody() throws -> DNSNameserver {
    let server = try FakeNameserver()
    server.start()
    server.stop()
    return server.address
}
