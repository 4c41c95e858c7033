import Conformance
import Discovery
import FoundationEssentials
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LeaseDirectoryRegistryTests {
    private let service = ServiceName(known: "users")
    private let endpoint = Endpoint(id: "a", host: "127.0.0.1", port: 8081)
    private let other = Endpoint(id: "b", host: "127.0.0.1", port: 8082)
    private let time = ManualTime()

    @Test func hasNamedDefaults() {
        #expect(LeaseDirectoryRegistry.defaultLeaseDuration == .seconds(6))
        #expect(LeaseDirectoryRegistry.defaultPollInterval == .milliseconds(100))
        let registry = LeaseDirectoryRegistry(directory: "/nowhere", now: { Date(timeIntervalSince1970: 0) })
        #expect(registry.leaseDuration == .seconds(6))
        #expect(registry.pollInterval == .milliseconds(100))
    }

    @Test(arguments: [
        "", "{", "null", "[]", "{}", "not JSON", "\0\0\0\0", #"{"endpoint":{"id":"x"},"expiresAt":9e99}"#,
        #"{"endpoint":{"id":"x","host":"127.0.0.1","port":8081,"weight":1}}"#,
        #"{"endpoint":{"id":"x","host":"127.0.0.1","port":"8081","weight":1},"expiresAt":9e99}"#,
        #"{"endpoint":{"id":"x","host":"127.0.0.1","port":8081,"weight":1},"expiresAt":9e9"#,
    ])
    func passesOverADamagedLease(_ content: String) async throws {
        try await withRegistry { registry, directory in
            try await registry.register(endpoint, as: service)
            let path = directory + "/users/x.json"
            try Data(content.utf8).write(to: URL(filePath: path))
            #expect(await current(registry) == [endpoint])
            try await registry.register(other, as: service)
            #expect(await current(registry) == [endpoint, other])
            #expect(FileManager.default.fileExists(atPath: path), "a file that is no lease is left alone")
        }
    }

    /// What a writer that dies before its rename leaves behind is half a lease under another name.
    @Test func passesOverFilesThatAreNoLeases() async throws {
        try await withRegistry { registry, directory in
            try await registry.register(endpoint, as: service)
            // A whole lease of another replica, which would be seen if its file's name were a lease's.
            try await registry.register(Endpoint(id: "c", host: "127.0.0.1", port: 8083), as: service)
            let whole = try Data(contentsOf: URL(filePath: directory + "/users/c.json"))
            try FileManager.default.removeItem(atPath: directory + "/users/c.json")
            try whole.write(to: URL(filePath: directory + "/users/.dat.nosync1234"))
            try whole.write(to: URL(filePath: directory + "/users/c.json.tmp"))
            try FileManager.default.createDirectory(
                atPath: directory + "/users/folder.json",
                withIntermediateDirectories: false
            )
            try await registry.register(other, as: service)
            #expect(await current(registry) == [endpoint, other])
        }
    }

    /// A lease that were written over in place could be read half: a second name of its file would show the new one.
    @Test func renewsByReplacingTheFile() async throws {
        try await withRegistry { registry, directory in
            let path = directory + "/users/a.json"
            try await registry.register(endpoint, as: service)
            let before = try Data(contentsOf: URL(filePath: path))
            try FileManager.default.linkItem(atPath: path, toPath: directory + "/second-name")
            time.advance(by: .seconds(1))
            try await registry.register(endpoint, as: service)
            #expect(try Data(contentsOf: URL(filePath: directory + "/second-name")) == before)
            #expect(try Data(contentsOf: URL(filePath: path)) != before)
        }
    }

    /// The directory's own failure is an outage: a reader hears nothing until it is over, least of all an empty set.
    @Test func keepsSilentWhileTheDirectoryCannotBeRead() async throws {
        try await withRegistry { registry, directory in
            let folder = directory + "/users"
            try await registry.register(endpoint, as: service)
            try FileManager.default.moveItem(atPath: folder, toPath: directory + "/away")
            try Data().write(to: URL(filePath: folder))
            try await withWatch(on: service, of: registry) { watch in
                try await letReadersLook(registry)
                #expect(watch.sets == [])
                try FileManager.default.removeItem(atPath: folder)
                try FileManager.default.moveItem(atPath: directory + "/away", toPath: folder)
                try await watch.waitForLast([endpoint])
            }
        }
    }

    /// So is the failure of the whole registry: whatever stands in its place, it is not a registry without replicas.
    @Test func keepsSilentWhileTheRegistryIsAway() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/registry"
            let registry = LeaseDirectoryRegistry(directory: path, time: time)
            try await registry.register(endpoint, as: service)
            try FileManager.default.moveItem(atPath: path, toPath: directory + "/away")
            try Data().write(to: URL(filePath: path))
            try await withWatch(on: service, of: registry) { watch in
                try await letReadersLook(LeaseDirectoryRegistry(directory: directory + "/other", time: time))
                #expect(watch.sets == [])
                try FileManager.default.removeItem(atPath: path)
                try FileManager.default.moveItem(atPath: directory + "/away", toPath: path)
                try await watch.waitForLast([endpoint])
            }
        }
    }

    @Test func throwsWhenTheDirectoryCannotBeWritten() async throws {
        try await withRegistry { registry, directory in
            try Data().write(to: URL(filePath: directory + "/users"))
            await #expect(throws: RegistryError.self) { try await registry.register(endpoint, as: service) }
        }
    }

    @Test func sweepsLeasesThatEndedLongAgo() async throws {
        try await withRegistry { registry, directory in
            let path = directory + "/users/a.json"
            try await registry.register(endpoint, as: service)
            time.advance(by: registry.leaseDuration * 2 - .milliseconds(1))
            try await registry.register(other, as: service)
            #expect(FileManager.default.fileExists(atPath: path))
            time.advance(by: .milliseconds(2))
            try await registry.register(other, as: service)
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(FileManager.default.fileExists(atPath: directory + "/users/b.json"))
        }
    }

    @Test func leavesNothingBehindWhenAReplicaGoes() async throws {
        try await withRegistry { registry, directory in
            for _ in 0..<20 { try await registry.register(endpoint, as: service) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/users") == ["a.json"])
            try await registry.deregister(endpoint, from: service)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/users") == [])
        }
    }

    /// The ID becomes a file's name: it must not lead out of the service's folder.
    @Test(arguments: ["", ".", "..", "../users/a", "../../a", "a/b", "/tmp/a", ".hidden", "a\0b"])
    func refusesIDsThatAreNoFileNames(_ id: String) async throws {
        try await withRegistry { registry, directory in
            let intruder = Endpoint(id: id, host: "127.0.0.1", port: 8083)
            let search = ServiceName(known: "search")
            try await registry.register(endpoint, as: service)
            try await registry.register(other, as: search)
            await #expect(throws: RegistryError.self) { try await registry.register(intruder, as: search) }
            await #expect(throws: RegistryError.self) { try await registry.deregister(intruder, from: search) }
            #expect(await current(registry) == [endpoint])
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == ["search", "users"])
        }
    }

    /// Waits until the registry has been read several times over.
    private func letReadersLook(_ registry: LeaseDirectoryRegistry) async throws {
        let witness = ServiceName(known: "witness")
        try await withWatch(on: witness, of: registry) { watch in
            for _ in 0..<10 {
                try await registry.register(endpoint, as: witness)
                try await watch.waitForLast([endpoint])
                try await registry.deregister(endpoint, from: witness)
                try await watch.waitForLast([])
            }
        }
    }

    private func withRegistry(_ body: (LeaseDirectoryRegistry, String) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            try await body(LeaseDirectoryRegistry(directory: directory, time: time), directory)
        }
    }

    private func current(_ registry: LeaseDirectoryRegistry) async -> Set<Endpoint>? {
        var watch = registry.endpoints(of: service).makeAsyncIterator()
        return await watch.next()
    }
}
