public import Discovery
import FoundationEssentials
import Synchronization

/// A service registry in etcd v3: each replica is a key with a lease.
///
/// The key `<root>/<service>/<id>` holds the endpoint as JSON, and goes when its lease runs out. Readers take the whole
/// set at one revision and then watch for the next; whatever ends a watch, such as a compaction, a lost leader or a
/// member that goes away, lets them read the whole set again. A cluster that cannot be reached keeps readers silent.
public final class EtcdRegistry: ServiceRegistry {
    /// How long a lease lives without renewal, unless configured otherwise.
    public static let defaultLeaseDuration = Duration.seconds(6)
    /// How often a set is read again though nothing has changed, to be sure of it.
    public static let confirmInterval = Duration.seconds(5)
    /// The shortest and the longest pause after a failure.
    static let pauses = Duration.milliseconds(100)...Duration.seconds(2)

    /// How long a lease lives without renewal, in whole seconds as etcd counts them.
    public let leaseDuration: Duration
    private let client: EtcdClient
    private let root: String
    /// The leases of the replicas that registered here, by their keys.
    private let leases = Mutex<[String: String]>([:])

    /// Creates a registry in a cluster.
    ///
    /// - Parameters:
    ///   - address: The cluster and the key of all services.
    ///   - leaseDuration: How long a lease lives without renewal; rounded up to seconds. A cluster with the usual
    ///     election time-out of one second lets none live for less than two.
    public init(_ address: EtcdAddress, leaseDuration: Duration = defaultLeaseDuration) {
        let (seconds, rest) = leaseDuration.components
        self.leaseDuration = .seconds(max(1, rest > 0 ? seconds + 1 : seconds))
        client = EtcdClient(members: address.members)
        root = address.root
    }

    /// Grants the replica a lease, or renews the one it has, and sees to it that its key holds the endpoint.
    public func register(_ endpoint: Endpoint, as service: ServiceName) async throws(RegistryError) {
        let key = try key(of: endpoint, in: service)
        do {
            try await write(endpoint, to: key)
        } catch {
            throw RegistryError("cannot register \(key) in etcd", cause: error)
        }
    }

    /// Removes the replica's key, and its lease if it registered here.
    public func deregister(_ endpoint: Endpoint, from service: ServiceName) async throws(RegistryError) {
        let key = try key(of: endpoint, in: service)
        let lease = leases.withLock { $0.removeValue(forKey: key) }
        do {
            let range = EtcdRange(key: Data(key.utf8))
            let _: EtcdAcknowledgement = try await client.call("/v3/kv/deleterange", range)
        } catch {
            throw RegistryError("cannot deregister \(key) from etcd", cause: error)
        }
        guard let lease else { return }
        // The key is gone; a lease that is left runs out by itself.
        let _: EtcdAcknowledgement? = try? await client.call("/v3/lease/revoke", EtcdLease(id: lease))
    }

    /// The replicas whose leases are alive, and every later set.
    public func endpoints(of service: ServiceName) -> EndpointUpdates {
        let (client, prefix) = (client, "\(root)/\(service)/")
        return EndpointUpdates(confirming: { confirm in
            var reader = EtcdReader(client: client, prefix: prefix)
            return { last in
                while !Task.isCancelled {
                    guard let set = await reader.next() else { continue }
                    guard set == last else { return set }
                    confirm()
                }
                return nil
            }
        })
    }

    // MARK: Writing

    private func write(_ endpoint: Endpoint, to key: String) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let value = try encoder.encode(endpoint)
        if let lease = leases.withLock({ $0[key] }), try await keepAlive(lease) {
            do {
                return try await ensure(value, at: key, with: lease)
            } catch let error as EtcdError where error.code == .notFound {
                // The lease ran out in this moment.
            }
        }
        let seconds = "\(leaseDuration.components.seconds)"
        let granted: EtcdLease = try await client.call("/v3/lease/grant", EtcdGrant(ttl: seconds))
        leases.withLock { $0[key] = granted.id }
        try await ensure(value, at: key, with: granted.id)
    }

    /// Renews a lease; whether it was still alive.
    private func keepAlive(_ lease: String) async throws -> Bool {
        let reply: EtcdKeepAliveReply = try await client.call("/v3/lease/keepalive", EtcdLease(id: lease))
        return reply.result.ttl.flatMap { Int($0) }.map { $0 > 0 } ?? false
    }

    /// Writes the key unless it holds this already: what changes nothing wakes no reader.
    ///
    /// The question is a reading: a cluster without space refuses whatever might write, and older ones even a
    /// transaction that only compares.
    private func ensure(_ value: Data, at key: String, with lease: String) async throws {
        let key = Data(key.utf8)
        let found: EtcdRangeReply = try await client.call("/v3/kv/range", EtcdRange(key: key))
        if let pair = found.kvs?.first, pair.value == value, pair.lease == lease { return }
        let _: EtcdAcknowledgement = try await client.call(
            "/v3/kv/put",
            EtcdPut(key: key, value: value, lease: lease)
        )
    }

    private func key(of endpoint: Endpoint, in service: ServiceName) throws(RegistryError) -> String {
        guard !endpoint.id.isEmpty, !endpoint.id.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) else {
            throw RegistryError("the replica's ID cannot be the end of a key")
        }
        return "\(root)/\(service)/\(endpoint.id)"
    }
}
