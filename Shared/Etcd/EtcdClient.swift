import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Resilience
import Synchronization

/// Calls to the JSON gateway of an etcd cluster, at whichever member answers.
///
/// The member that answered last is asked first. Every call can be sent twice: what changes something here leaves the
/// same when it is done again, but for a lease, which runs out when nobody uses it.
final class EtcdClient: Sendable {
    /// How long one member may take to answer, a watch to begin.
    static let callLimit = Duration.seconds(2)
    static let connectLimit = Duration.seconds(1)
    /// The longest answer that is read, in bytes.
    static let longestReply = 8 << 20

    /// How many watches there can be at a time: each holds a connection.
    static let maximumWatches = 1024

    // For the life of the process, and never shut down: nothing of them outlives a call but idle connections. Watches
    // have their own, so that no call waits for a connection that a watch holds.
    private static let calls = makeTransport(connections: 8)
    private static let watches = makeTransport(connections: maximumWatches)

    private static func makeTransport(connections: Int) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(connectLimit), read: nil),
            connectionPool: .init(idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: connections)
        )
        configuration.httpVersion = .http1Only
        // The next member is tried at once, by this client.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    private let members: [String]
    /// The member that answered last.
    private let preferred = Mutex(0)

    init(members: [String]) { self.members = members }

    /// Sends a message and reads the answer.
    ///
    /// - Throws: ``EtcdError``; `CancellationError` when the task was cancelled.
    func call<Reply: Decodable>(_ path: String, _ message: some Encodable) async throws -> Reply {
        try await atAMember { [body = try JSONEncoder().encode(message)] member in
            let clock = ContinuousClock()
            let reply = try await withDeadline(.after(Self.callLimit, from: clock.now), clock: clock) {
                let response = try await self.send(body, to: path, at: member, through: Self.calls)
                let text = try await response.body.collect(upTo: Self.longestReply)
                guard response.status == .ok else { throw Self.refusal(text, response.status) }
                return Data(text.readableBytesView)
            }
            return try JSONDecoder().decode(Reply.self, from: reply)
        }
    }

    /// Returns when the range has changed since a revision, when the watch on it ended, or after a limit.
    ///
    /// - Throws: ``EtcdError`` when the watch could not begin; `CancellationError` when the task was cancelled.
    func waitForChange(_ message: EtcdWatch, atMost limit: Duration) async throws {
        try await atAMember { [body = try JSONEncoder().encode(message)] member in
            let clock = ContinuousClock()
            do {
                try await withDeadline(.after(limit, from: clock.now), clock: clock) {
                    try await self.follow(body, at: member)
                }
            } catch is DeadlineExceeded {
                // The limit is over, and nothing has changed.
            }
        }
    }

    private func follow(_ watch: Data, at member: String) async throws {
        let response = try await send(watch, to: "/v3/watch", at: member, through: Self.watches)
        guard response.status == .ok else {
            throw Self.refusal(try await response.body.collect(upTo: Self.longestReply), response.status)
        }
        var lines = LineBuffer()
        for try await part in response.body {
            // Whatever comes after the beginning means that the range has to be read again.
            for line in lines.append(part) where !Self.isBeginning(line) { return }
        }
    }

    private static func isBeginning(_ line: Data) -> Bool {
        // What cannot be read is no beginning: the range is read again.
        (try? JSONDecoder().decode(EtcdWatchReply.self, from: line))?.isBeginning ?? false
    }

    private func send(
        _ body: Data,
        to path: String,
        at member: String,
        through transport: HTTPClient
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "http://\(member)\(path)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        // A member that has lost its leader ends a watch instead of being silent.
        request.headers.add(name: "Grpc-Metadata-hasleader", value: "true")
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await transport.execute(request, deadline: .now() + TimeAmount(Self.callLimit))
    }

    /// Asks one member after the other, beginning with the one that answered last.
    private func atAMember<Reply>(_ ask: (String) async throws -> Reply) async throws -> Reply {
        let first = preferred.withLock { $0 }
        var failures: [String] = []
        for offset in members.indices {
            let index = (first + offset) % members.count
            do {
                let reply = try await ask(members[index])
                preferred.withLock { $0 = index }
                return reply
            } catch {
                try Task.checkCancellation()
                if let error = error as? EtcdError, error.code != .unavailable { throw error }
                failures.append("\(members[index]): \(error)")
            }
        }
        throw EtcdError(.unavailable, failures.joined(separator: "; "))
    }

    private static func refusal(_ text: ByteBuffer, _ status: HTTPResponseStatus) -> EtcdError {
        // A proxy between them may answer with something else than etcd does.
        let refusal = try? JSONDecoder().decode(EtcdRefusal.self, from: Data(text.readableBytesView))
        return refusal.map(EtcdError.init) ?? EtcdError(.unavailable, "it answered \(status.code)")
    }
}

/// Cuts a stream of bytes into lines.
private struct LineBuffer {
    private var rest = Data()

    /// The lines that this part ends, without their ends; empty ones are left out.
    mutating func append(_ part: ByteBuffer) -> [Data] {
        rest.append(contentsOf: part.readableBytesView)
        var lines: [Data] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[rest.startIndex..<end]
            if !line.isEmpty { lines.append(Data(line)) }
            rest = Data(rest[rest.index(after: end)...])
        }
        return lines
    }
}
