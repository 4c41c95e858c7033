import Etcd
import FoundationEssentials
import HTTPTypes
import LocalStack
import TestSupport

/// Members of one etcd cluster, each a process on free ports with a directory of its own.
struct EtcdCluster: Sendable {
    private static let executable = "/usr/bin/etcd"

    /// Whether etcd is installed, or has to be.
    static var isRequired: Bool { ServerProcess.isRequired(executable) }

    private struct Member {
        var process: ServerProcess
        var clientPort: Int
    }

    private let members: [Member]

    /// Runs `body` with a cluster that answers, and kills what is left of it.
    ///
    /// A quota is how many bytes its data may take; 0 is the server's own.
    static func with<Result>(
        members count: Int = 1,
        quota: Int = 0,
        _ body: (EtcdCluster) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let cluster = EtcdCluster(members: try await plan(count, quota: quota, in: directory))
            return try await ServerProcess.with(cluster.members.map(\.process)) { try await body(cluster) }
        }
    }

    private static func plan(_ count: Int, quota: Int, in directory: String) async throws -> [Member] {
        var ports: [(client: Int, peer: Int)] = []
        for _ in 0..<count { ports.append((try await FreePort.find(), try await FreePort.find())) }
        let all = ports.indices.map { "m\($0)=http://127.0.0.1:\(ports[$0].peer)" }.joined(separator: ",")
        return ports.enumerated().map { index, port in
            let (client, peer) = ("http://127.0.0.1:\(port.client)", "http://127.0.0.1:\(port.peer)")
            let arguments = [
                "--name", "m\(index)", "--data-dir", "\(directory)/m\(index)", "--listen-client-urls", client,
                "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", all, "--quota-backend-bytes", "\(quota)", "--logger", "zap", "--log-level",
                "error",
            ]
            let process = ServerProcess(
                "etcd-\(index)",
                executable: executable,
                arguments: arguments,
                in: directory,
                answers: { try await status(at: port.client).leader != nil }
            )
            return Member(process: process, clientPort: port.client)
        }
    }

    // MARK: Members

    /// Starts a member that was killed, and waits until it knows who leads.
    func start(_ index: Int) async throws {
        try await members[index].process.start()
    }

    /// Kills a member; its directory stays.
    func kill(_ index: Int) async {
        await members[index].process.kill()
    }

    /// Stops a member as a machine that hangs does: connections stay open, in silence.
    func pause(_ index: Int) async throws {
        try await members[index].process.pause()
    }

    /// Lets a member go on that was paused.
    func resume(_ index: Int) async throws {
        try await members[index].process.resume()
    }

    /// Writes a cluster of one member full, until its data takes all of its quota.
    ///
    /// What would go beyond the quota is refused, and raises the alarm: smaller and smaller values fill it up.
    func fill(_ quota: Int) async throws {
        var size = quota / 10
        while try await dataSize() < quota {
            let value = Data(repeating: 0, count: size).base64EncodedString()
            let answer = try await post("/v3/kv/put", #"{"key":"\#(Self.filling)","value":"\#(value)"}"#)
            guard answer.contains("database space exceeded") else { continue }
            try await endAlarm()
            size /= 2
        }
    }

    /// Removes what ``fill(_:)`` wrote, as an operator does, and ends the alarm.
    func makeSpace() async throws {
        try await post("/v3/kv/deleterange", #"{"key":"\#(Self.filling)"}"#)
        try await post("/v3/kv/compaction", #"{"revision":"\#(try await revision())","physical":true}"#)
        try await post("/v3/maintenance/defragment", "{}")
        try await endAlarm()
    }

    private func endAlarm() async throws {
        let member = try await Self.status(at: members[0].clientPort).member ?? "0"
        let alarm = #"{"action":"DEACTIVATE","memberID":"\#(member)","alarm":"NOSPACE"}"#
        try await post("/v3/maintenance/alarm", alarm)
    }

    private static let filling = Data("/filling".utf8).base64EncodedString()

    /// How many bytes the data of the first member takes.
    func dataSize() async throws -> Int {
        let status = try await post("/v3/maintenance/status", "{}")
        return Self.field("dbSize", of: status).flatMap { Int($0) } ?? 0
    }

    // MARK: Talking to it

    /// The URL of the members with these numbers, by default all, below a key of one's own.
    func url(root: String = "", members numbers: [Int]? = nil) -> String {
        let ports = (numbers ?? Array(members.indices)).map { members[$0].clientPort }
        return "etcd://" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",") + root
    }

    /// A registry in the cluster.
    func registry(root: String = "", members: [Int]? = nil, lease: Duration = .seconds(8)) throws -> EtcdRegistry {
        EtcdRegistry(try EtcdAddress(url: url(root: root, members: members)), leaseDuration: lease)
    }

    /// Sends a message to a member's JSON gateway; the answer as text.
    @discardableResult
    func post(_ path: String, _ message: String, to index: Int = 0) async throws -> String {
        try await Self.post(path, message, to: members[index].clientPort)
    }

    private static func post(_ path: String, _ message: String, to port: Int) async throws -> String {
        try await GatewayClient(baseURL: "http://127.0.0.1:\(port)").send(.post, path, json: message).text
    }

    /// The number of the member that leads; nil while there is none.
    func leader() async throws -> Int? {
        for (index, member) in members.enumerated() {
            let status = try await Self.status(at: member.clientPort)
            if let leader = status.leader, leader == status.member { return index }
        }
        return nil
    }

    /// Who a member is, and who it takes for the leader.
    private static func status(at port: Int) async throws -> (member: String?, leader: String?) {
        let status = try await post("/v3/maintenance/status", "{}", to: port)
        let leader = field("leader", of: status)
        return (field("member_id", of: status), leader == "0" ? nil : leader)
    }

    /// The revision of the cluster's data.
    func revision() async throws -> Int {
        Self.field("revision", of: try await post("/v3/kv/range", #"{"key":"AA=="}"#)).flatMap { Int($0) } ?? 0
    }

    private static func field(_ name: String, of json: String) -> String? {
        guard let start = json.firstRange(of: "\"\(name)\":\"") else { return nil }
        return String(json[start.upperBound...].prefix { $0 != "\"" })
    }
}
