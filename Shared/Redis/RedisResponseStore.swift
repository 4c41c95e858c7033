import NIOCore
public import Resilience

/// Keeps responses in a Redis server, for all processes that use the same prefix there.
///
/// A cache has a key with the name of its epoch, and one for each response, which begins with the epoch that it belongs
/// to. Both are read at once, and the age of a response is told by the server's clock. A response goes away when it is
/// not fresh any more. A cache without an epoch, because it is new or the server has forgotten, is given one by whoever
/// looks first.
///
/// Keys are `PREFIX` `cache:{NAME}:epoch` and `cache:{NAME}:response:KEY`. Whoever can write to the server decides what
/// clients are served.
public final class RedisResponseStore: ResponseStore {
    /// Answers the epoch, and where there is a response of it that, and its age in milliseconds.
    private static let script = RedisScript(
        """
        local epoch = redis.call('GET', KEYS[1])
        if not epoch then
            epoch = ARGV[1]
            redis.call('SET', KEYS[1], epoch)
        end
        local kept = redis.call('GET', KEYS[2])
        if kept and string.sub(kept, 1, #epoch + 1) == epoch .. ':' then
            local rest = string.sub(kept, #epoch + 2)
            local length = string.find(rest, ':', 1, true)
            local age = tonumber(string.sub(rest, 1, length - 1)) - redis.call('PTTL', KEYS[2])
            return {epoch, string.sub(rest, length + 1), age}
        end
        return {epoch}
        """
    )

    private let client: RedisClient
    private let prefix: String

    /// Creates a store.
    ///
    /// - Parameters:
    ///   - client: Asks the server, which has to be of version 5 or later.
    ///   - prefix: What all keys begin with.
    public init(_ client: RedisClient, prefix: String) {
        self.client = client
        self.prefix = prefix
    }

    /// Looks for a response; see ``ResponseStore``.
    public func find(_ key: String, in cache: String, completion: @escaping @Sendable (ResponseStoreLookup) -> Void) {
        let words = ["2", epochKey(cache), responseKey(key, cache), Self.makeEpoch()]
        client.run(Self.script, words) { completion(Self.lookup($0)) }
    }

    private static func lookup(_ result: Result<RedisReply, RedisError>) -> ResponseStoreLookup {
        guard case .success(.array(let parts)) = result, case .bytes(let epoch)? = parts.first else {
            return .unavailable
        }
        guard parts.count == 3, case .bytes(let bytes) = parts[1], case .integer(let age) = parts[2] else {
            return .missing(ResponseEpoch(String(buffer: epoch)))
        }
        return .found(Array(bytes.readableBytesView), age: .milliseconds(max(0, age)))
    }

    /// Keeps a response; see ``ResponseStore``.
    public func keep(_ response: StoredResponse, as key: String, in cache: String, from epoch: ResponseEpoch) {
        let (seconds, attoseconds) = response.fresh.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        guard milliseconds > 0 else { return }
        var value = ByteBuffer(string: "\(epoch.name):\(milliseconds):")
        value.writeBytes(response.bytes)
        let words = ["SET", responseKey(key, cache)].map { ByteBuffer(string: $0) }
        let expiry = ["PX", "\(milliseconds)"].map { ByteBuffer(string: $0) }
        client.send(RedisCommand(words + [value] + expiry)) { _ in }
    }

    /// Begins another epoch; see ``ResponseStore``.
    public func invalidate(_ cache: String, completion: @escaping @Sendable (_ isConfirmed: Bool) -> Void) {
        client.send(RedisCommand(["SET", epochKey(cache), Self.makeEpoch()])) { result in
            // Whatever else the server says, or that it says nothing, is no confirmation.
            completion((try? result.get()) == .status("OK"))
        }
    }

    private func epochKey(_ cache: String) -> String { "\(prefix)cache:{\(cache)}:epoch" }
    private func responseKey(_ key: String, _ cache: String) -> String { "\(prefix)cache:{\(cache)}:response:\(key)" }

    /// A name that no epoch has had, as long as 128 random bits differ.
    private static func makeEpoch() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next(), radix: 36) + "-" + String(generator.next(), radix: 36)
    }
}
