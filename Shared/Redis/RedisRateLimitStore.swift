public import Resilience

/// Counts calls in a Redis server, for all processes that use the same prefix there.
///
/// A call under any number of limits is one script, which the server runs as a whole and by its own clock, so that those
/// of the processes do not matter. Its numbers are whole and below 2⁵³: it decides exactly as ``GCRA`` does at the
/// server's microsecond. A key is gone when its burst is whole again, which means the same as no key.
///
/// Where the server's clock goes back, a client that has spent its burst may wait for as long as a burst takes to come
/// back, at most.
///
/// Keys are `PREFIX` `limit:NAME:LIMIT/NANOSECONDS/BURST:{KEY}`: another policy counts anew. In a cluster the braces put
/// the limits of one caller into one slot, where a script has to have its keys; limits under different keys would have
/// to be asked one by one, and all-or-nothing would be lost.
public final class RedisRateLimitStore: RateLimitStore {
    private let client: RedisClient
    private let prefix: String
    private let script: RateLimitScript

    /// Creates a store.
    ///
    /// - Parameters:
    ///   - client: Asks the server, which has to be of version 5 or later.
    ///   - prefix: What all keys begin with.
    public convenience init(_ client: RedisClient, prefix: String) {
        self.init(client, prefix: prefix, script: RateLimitScript())
    }

    init(_ client: RedisClient, prefix: String, script: RateLimitScript) {
        self.client = client
        self.prefix = prefix
        self.script = script
    }

    /// Decides about one call by a script in the server; see ``RateLimitStore``.
    public func admit(
        _ limits: [RateLimitedKey],
        completion: @escaping @Sendable (Result<[RateLimitDecision], RateLimitStoreError>) -> Void
    ) {
        let words = script.words(limits.map(name), under: limits.map(\.policy))
        client.run(script.script, words) { completion(Self.decisions($0, limits)) }
    }

    private func name(of limit: RateLimitedKey) -> String {
        let policy = limit.policy
        let window = policy.window.components
        let nanoseconds = window.seconds * 1_000_000_000 + window.attoseconds / 1_000_000_000
        return "\(prefix)limit:\(policy.name):\(policy.limit)/\(nanoseconds)/\(policy.burst):{\(limit.key)}"
    }

    private static func decisions(
        _ result: Result<RedisReply, RedisError>,
        _ limits: [RateLimitedKey]
    ) -> Result<[RateLimitDecision], RateLimitStoreError> {
        switch result {
        case .success(.array(let parts)):
            guard let spans = RateLimitScript.spans(in: parts), spans.count == limits.count else {
                return .failure(RateLimitStoreError(.unexpected, "the script answers something else"))
            }
            return .success(zip(limits, spans).map { $0.policy.decision(spent: $1) })
        case .success(.error(let text)): return .failure(RateLimitStoreError(.unexpected, text))
        case .success: return .failure(RateLimitStoreError(.unexpected, "the script answers something else"))
        case .failure(let error): return .failure(RateLimitStoreError(error))
        }
    }
}

extension RateLimitStoreError {
    fileprivate init(_ error: RedisError) {
        let code: Code =
            switch error.code {
            case .unavailable, .broken: .unavailable
            case .timedOut: .timedOut
            case .busy: .busy
            case .refused, .unexpected: .unexpected
            }
        self.init(code, error.description)
    }
}
