import Conformance
import Discovery
import Etcd
import FoundationEssentials
import TestSupport
import Testing

/// The registry in etcd, against the server itself.
@Suite(
    .serialized,
    .timeLimit(.minutes(2)),
    .enabled(if: EtcdCluster.isRequired, "etcd is not installed: apt-get install etcd-server")
)
struct EtcdRegistryTests {
    private let service = ServiceName(known: "users")
    private let first = Endpoint(id: "a", host: "127.0.0.1", port: 8081)
    private let second = Endpoint(id: "b", host: "127.0.0.1", port: 8082)

    @Test func keepsThePromisesOfARegistry() async throws {
        try await EtcdCluster.with { cluster in
            async let changes: Void = {
                let registry = try cluster.registry(root: "/changes", lease: .seconds(60))
                try await ChangingResolverConformance(resolver: registry, publish: registry.replace).check()
            }()
            async let oneHandle: Void = {
                let registry = try cluster.registry(root: "/one")
                try await RegistryConformance(writer: registry, reader: registry).check()
            }()
            try await RegistryConformance(
                writer: cluster.registry(root: "/two"),
                reader: cluster.registry(root: "/two")
            ).check()
            _ = try await (changes, oneHandle)
        }
    }

    /// A revision that a watch would begin at may be gone.
    @Test func goesOnAfterACompaction() async throws {
        try await EtcdCluster.with { cluster in
            let registry = try cluster.registry(lease: .seconds(60))
            try await withWatch(on: service, of: registry) { watch in
                for round in 1...5 {
                    let moved = Endpoint(id: "a", host: "127.0.0.1", port: 8000 + round)
                    try await registry.register(moved, as: service)
                    try await cluster.post("/v3/kv/compaction", #"{"revision":"\#(try await cluster.revision())"}"#)
                    try await watch.waitForLast([moved])
                }
            }
        }
    }

    /// A cluster that is away is told from one that knows nobody.
    @Test func keepsSilentWhileTheClusterIsAway() async throws {
        try await EtcdCluster.with { cluster in
            let registry = try cluster.registry(lease: .seconds(60))
            try await registry.register(first, as: service)
            try await withWatch(on: service, of: registry) { watch in
                try await watch.waitForLast([first])
                await cluster.kill(0)
                await #expect(throws: RegistryError.self) { try await registry.register(second, as: service) }
                try await cluster.start(0)
                try await eventually("a registration") {
                    // It comes back when it comes back.
                    try? await registry.register(second, as: service)
                }
                try await watch.waitForLast([first, second])
                #expect(watch.sets == [[first], [first, second]])
            }
        }
    }

    /// A key that somebody removed is written again by the renewal, though the lease is alive.
    @Test func putsBackWhatSomebodyRemoved() async throws {
        try await EtcdCluster.with { cluster in
            let registry = try cluster.registry(lease: .seconds(60))
            try await withWatch(on: service, of: registry) { watch in
                try await registry.register(first, as: service)
                try await watch.waitForLast([first])
                try await cluster.registry().deregister(first, from: service)
                try await watch.waitForLast([])
                try await registry.register(first, as: service)
                try await watch.waitForLast([first])
            }
        }
    }

    /// A renewal that changes nothing is no revision, and wakes nobody.
    @Test func renewsWithoutAWrite() async throws {
        try await EtcdCluster.with { cluster in
            let registry = try cluster.registry()
            try await registry.register(first, as: service)
            let revision = try await cluster.revision()
            for _ in 0..<5 { try await registry.register(first, as: service) }
            #expect(try await cluster.revision() == revision)
        }
    }

    /// A cluster without space takes renewals and no newcomer, who is there once it has space.
    @Test func keepsThoseWhoAreThereWhileTheClusterIsFull() async throws {
        let quota = 1_048_576
        try await EtcdCluster.with(quota: quota) { cluster in
            let (registry, silent) = (
                try cluster.registry(lease: .seconds(2)), try cluster.registry(lease: .seconds(2))
            )
            let newcomer = Endpoint(id: "c", host: "127.0.0.1", port: 8083)
            try await withWatch(on: service, of: registry) { watch in
                try await registry.register(first, as: service)
                try await silent.register(second, as: service)
                try await watch.waitForLast([first, second])
                try await cluster.fill(quota)
                #expect(try await cluster.dataSize() >= quota)
                await #expect(throws: RegistryError.self) { try await registry.register(newcomer, as: service) }
                // Leases run out as ever, but for those that are renewed.
                try await eventually("the end of a lease") {
                    try await registry.register(first, as: service)
                    return watch.sets.last == [first] ? () : nil
                }
                try await cluster.makeSpace()
                try await registry.register(newcomer, as: service)
                try await watch.waitForLast([first, newcomer])
            }
        }
    }

    /// Watches hold connections; whoever renews a lease meanwhile must not wait for one.
    @Test func renewsBesideManyWatches() async throws {
        try await EtcdCluster.with { cluster in
            let registry = try cluster.registry(lease: .seconds(60))
            let watches = (0..<40).map { number in
                Task {
                    for await set in registry.endpoints(of: ServiceName(known: "watched")) where !set.isEmpty {
                        return number
                    }
                    return -1
                }
            }
            for _ in 0..<20 { try await registry.register(first, as: service) }
            try await registry.register(second, as: ServiceName(known: "watched"))
            for (number, watch) in watches.enumerated() { #expect(await watch.value == number) }
        }
    }

    @Test func passesOverWhatIsNoEndpoint() async throws {
        try await EtcdCluster.with { cluster in
            let registry = try cluster.registry(lease: .seconds(60))
            try await registry.register(first, as: service)
            let values = ["", "{", "[]", #"{"id":"x","host":"h","port":0,"weight":1}"#]
            for (index, value) in values.enumerated() {
                let key = Data("/clowder/services/users/x\(index)".utf8).base64EncodedString()
                let value = Data(value.utf8).base64EncodedString()
                try await cluster.post("/v3/kv/put", #"{"key":"\#(key)","value":"\#(value)"}"#)
            }
            var watch = registry.endpoints(of: service).makeAsyncIterator()
            #expect(await watch.next() == [first])
        }
    }

    @Test(arguments: ["", "a/b", "../a", "a\0b"])
    func refusesIDsThatLeadElsewhere(_ id: String) async throws {
        let registry = EtcdRegistry(try EtcdAddress(url: "etcd://127.0.0.1:1"))
        let intruder = Endpoint(id: id, host: "127.0.0.1", port: 8083)
        let error = await #expect(throws: RegistryError.self) { try await registry.register(intruder, as: service) }
        #expect(error?.description == "the replica's ID cannot be the end of a key")
    }

    @Test func namesEveryMemberThatDoesNotAnswer() async throws {
        let registry = EtcdRegistry(try EtcdAddress(url: "etcd://127.0.0.1:1,127.0.0.1:2"))
        let error = await #expect(throws: RegistryError.self) { try await registry.register(first, as: service) }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("cannot register /clowder/services/users/a in etcd"))
        #expect(text.contains("127.0.0.1:1: ") && text.contains("127.0.0.1:2: "))
    }

    /// One of three is killed, the one that leads: whoever writes or reads is served by the others.
    @Test func goesOnWithoutTheLeader() async throws {
        try await EtcdCluster.with(members: 3) { cluster in
            let registry = try cluster.registry(lease: .seconds(60))
            try await registry.register(first, as: service)
            try await withWatch(on: service, of: registry) { watch in
                try await watch.waitForLast([first])
                await cluster.kill(try #require(try await cluster.leader()))
                try await eventually("a registration") {
                    // Until the others have elected one of them.
                    try? await registry.register(second, as: service)
                }
                try await watch.waitForLast([first, second])
                #expect(watch.sets == [[first], [first, second]])
            }
        }
    }

    /// Two of three are killed: the one that is left may not answer, and what it says is not taken for an empty set.
    @Test func keepsSilentWithoutAMajority() async throws {
        try await EtcdCluster.with(members: 3) { cluster in
            let registry = try cluster.registry(lease: .seconds(60))
            try await registry.register(first, as: service)
            try await withWatch(on: service, of: registry) { watch in
                try await watch.waitForLast([first])
                for index in [0, 1] { await cluster.kill(index) }
                await #expect(throws: RegistryError.self) { try await registry.register(second, as: service) }
                #expect(watch.sets == [[first]])
                try await cluster.start(0)
                try await eventually("a registration") {
                    // Until the two have elected one of them.
                    try? await registry.register(second, as: service)
                }
                try await watch.waitForLast([first, second])
            }
        }
    }
}
