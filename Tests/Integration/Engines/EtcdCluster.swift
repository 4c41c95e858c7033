import Etcd
import FoundationEssentials
import HTTPTypes
import LocalStack
import Subprocess
import Synchronization
import SystemPackage
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Members of one etcd cluster, each a process on free ports with a directory of its own.
final class EtcdCluster: Sendable {
    private static let executable = FilePath("/usr/bin/etcd")

    /// Whether etcd is installed, or has to be.
    static var isRequired: Bool {
        access(executable.string, X_OK) == 0 || ProjectFiles.mustBeComplete
    }

    private struct Member {
        var arguments: [String]
        var clientPort: Int
        var task: Task<Void, any Error>?
        var processID: Int32?
    }

    private let members: Mutex<[Member]>
    let count: Int

    private init(_ members: [Member]) {
        count = members.count
        self.members = Mutex(members)
    }

    /// Runs `body` with a cluster that answers, and kills what is left of it.
    static func with<Result>(members count: Int = 1, _ body: (EtcdCluster) async throws -> Result) async throws
        -> Result
    {
        try await withTemporaryDirectory { directory in
            let cluster = EtcdCluster(try await plan(count, in: directory))
            for index in 0..<count { cluster.start(index) }
            do {
                try await cluster.waitUntilItAnswers()
                let result = try await body(cluster)
                await cluster.killAll()
                return result
            } catch {
                await cluster.killAll()
                throw error
            }
        }
    }

    private static func plan(_ count: Int, in directory: String) async throws -> [Member] {
        var ports: [(client: Int, peer: Int)] = []
        for _ in 0..<count { ports.append((try await FreePort.find(), try await FreePort.find())) }
        let all = ports.indices.map { "m\($0)=http://127.0.0.1:\(ports[$0].peer)" }.joined(separator: ",")
        return ports.enumerated().map { index, port in
            let (client, peer) = ("http://127.0.0.1:\(port.client)", "http://127.0.0.1:\(port.peer)")
            let arguments = [
                "--name", "m\(index)", "--data-dir", "\(directory)/m\(index)", "--listen-client-urls", client,
                "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", all, "--logger", "zap", "--log-level", "error",
            ]
            return Member(arguments: arguments, clientPort: port.client)
        }
    }

    // MARK: Members

    func start(_ index: Int) {
        let arguments = members.withLock { $0[index].arguments }
        let task = Task {
            _ = try await Subprocess.run(
                .path(Self.executable),
                arguments: Arguments(arguments),
                input: .none,
                output: .discarded,
                error: .discarded
            ) { execution in
                let id = execution.processIdentifier.value
                self.members.withLock { $0[index].processID = id }
            }
        }
        members.withLock { $0[index].task = task }
    }

    /// Kills a member; its directory stays.
    func kill(_ index: Int) async {
        let task = members.withLock { members in
            if let id = members[index].processID { _ = signal(SIGKILL, to: id) }
            members[index].processID = nil
            defer { members[index].task = nil }
            return members[index].task
        }
        // How a killed process ends is no news.
        _ = await task?.result
    }

    private func killAll() async {
        for index in 0..<count { await kill(index) }
    }

    private func signal(_ signal: Int32, to id: Int32) -> Bool {
        #if canImport(Glibc)
        Glibc.kill(id, signal) == 0
        #else
        Darwin.kill(id, signal) == 0
        #endif
    }

    // MARK: Talking to it

    /// The URL of the members with these numbers, by default all, below a key of one's own.
    func url(root: String = "", members numbers: [Int]? = nil) -> String {
        let ports = members.withLock { members in (numbers ?? Array(members.indices)).map { members[$0].clientPort } }
        return "etcd://" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",") + root
    }

    /// A registry in the cluster.
    func registry(root: String = "", members: [Int]? = nil, lease: Duration = .seconds(8)) throws -> EtcdRegistry {
        EtcdRegistry(try EtcdAddress(url: url(root: root, members: members)), leaseDuration: lease)
    }

    /// Sends a message to a member's JSON gateway; the answer as text.
    @discardableResult
    func post(_ path: String, _ message: String, to index: Int = 0) async throws -> String {
        let port = members.withLock { $0[index].clientPort }
        let gateway = GatewayClient(baseURL: "http://127.0.0.1:\(port)")
        return try await gateway.send(.post, path, json: message).text
    }

    /// The number of the member that leads; nil while there is none.
    func leader() async throws -> Int? {
        for index in 0..<count {
            let status = try await post("/v3/maintenance/status", "{}", to: index)
            guard let leader = Self.field("leader", of: status), leader != "0" else { continue }
            if Self.field("member_id", of: status) == leader { return index }
        }
        return nil
    }

    /// The revision of the cluster's data.
    func revision() async throws -> Int {
        Self.field("revision", of: try await post("/v3/kv/range", #"{"key":"AA=="}"#)).flatMap { Int($0) } ?? 0
    }

    private static func field(_ name: String, of json: String) -> String? {
        guard let start = json.firstRange(of: "\"\(name)\":\"") else { return nil }
        return String(json[start.upperBound...].prefix { $0 != "\"" })
    }

    private func waitUntilItAnswers() async throws {
        // A member that does not listen yet is asked again.
        try await eventually("an answer of etcd", holds: { (try? await leader()).flatMap { $0 } != nil })
    }
}
