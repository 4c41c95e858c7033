import Discovery
import FoundationEssentials

/// Reads one service's replicas again whenever they may have changed.
struct EtcdReader {
    private let client: EtcdClient
    private let range: EtcdRange
    /// The revision of the set that was read last; nil when it has to be read at once.
    private var revision: Int64?
    private var last: Set<Endpoint>?
    private var pause = EtcdRegistry.pauses.lowerBound

    init(client: EtcdClient, prefix: String) {
        self.client = client
        range = EtcdRange(key: Data(prefix.utf8), rangeEnd: Self.end(of: prefix))
    }

    /// The next reading, which may be what the last one was; nil when the cluster could not be read.
    mutating func next() async -> Set<Endpoint>? {
        do {
            let begin = ContinuousClock.now
            if let revision { try await waitForChange(after: revision) }
            let isEarly = revision != nil && ContinuousClock.now - begin < EtcdRegistry.pauses.lowerBound
            // A watch that fails is not asked again before a reading.
            revision = nil
            let reply: EtcdRangeReply = try await client.call("/v3/kv/range", range)
            guard let read = reply.header?.revision.flatMap({ Int64($0) }) else {
                throw EtcdError(.unavailable, "the answer has no revision, so it is none of etcd")
            }
            revision = read
            pause = EtcdRegistry.pauses.lowerBound
            let set = Set((reply.kvs ?? []).compactMap(\.value).compactMap(Self.endpoint))
            // A watch that ends at once for nothing must not be asked again and again.
            if isEarly, set == last { try await Task.sleep(for: EtcdRegistry.pauses.lowerBound) }
            last = set
            return set
        } catch {
            revision = nil
            // Throws on cancellation only, which ends the reader's loop.
            try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
            pause = min(pause * 2, EtcdRegistry.pauses.upperBound)
            return nil
        }
    }

    private func waitForChange(after revision: Int64) async throws {
        let create = EtcdWatch.Create(
            key: range.key,
            rangeEnd: range.rangeEnd ?? Data(),
            startRevision: "\(revision + 1)"
        )
        try await client.waitForChange(EtcdWatch(create: create), atMost: EtcdRegistry.confirmInterval)
    }

    /// A value that is no endpoint is passed over.
    private static func endpoint(_ value: Data) -> Endpoint? {
        // Whoever wrote it may speak another version of this, or of something else.
        guard let endpoint = try? JSONDecoder().decode(Endpoint.self, from: value) else { return nil }
        return endpoint.port > 0 && endpoint.port < 65536 && endpoint.weight > 0 ? endpoint : nil
    }

    /// The first key after all that begin with the prefix.
    private static func end(of prefix: String) -> Data {
        var bytes = Array(prefix.utf8)
        bytes[bytes.count - 1] += 1
        return Data(bytes)
    }
}
