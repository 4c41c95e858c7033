import FoundationEssentials
import HTTPTypes
import LocalStack
import StackSupport
import TestSupport
import Testing

/// Services that start while their registry, etcd, is away.
@Suite(
    .serialized,
    .timeLimit(.minutes(2)),
    .enabled(if: EtcdCluster.isRequired, "etcd is not installed: apt-get install etcd-server")
)
struct RegistryOutageTests {
    /// How a registry can be away.
    enum Outage: CaseIterable {
        case killed, silent

        func begin(at cluster: EtcdCluster) async throws {
            switch self {
            case .killed: await cluster.kill(0)
            case .silent: try await cluster.pause(0)
            }
        }

        func end(at cluster: EtcdCluster) async throws {
            switch self {
            case .killed: try await cluster.start(0)
            case .silent: try await cluster.resume(0)
            }
        }
    }

    /// It is neither ready nor found before; then the gateway is ready, and knows where searches go.
    @Test(arguments: Outage.allCases)
    func areReadyOnceItAnswers(_ outage: Outage) async throws {
        try await EtcdCluster.with { cluster in
            try await outage.begin(at: cluster)
            try await withTemporaryDirectory { directory in
                let search = try await SingleService(
                    "search",
                    ["--database-url", "sqlite:\(directory)/search.sqlite"],
                    registry: cluster.url(),
                    in: directory
                )
                let gateway = try await SingleService("gateway", [], registry: cluster.url(), in: directory)
                try await ServerProcess.with([search.process, gateway.process]) {
                    #expect(try await search.isReady() == false)
                    #expect(try await gateway.isReady() == false)
                    try await outage.end(at: cluster)
                    try await areReady(search, gateway)

                    // The same for one that is started anew.
                    try await outage.begin(at: cluster)
                    await search.process.kill()
                    try await search.process.start()
                    #expect(try await search.isReady() == false)
                    #expect(try await gateway.isReady())
                    try await outage.end(at: cluster)
                    try await areReady(search, gateway)
                }
            }
        }
    }

    private func areReady(_ search: SingleService, _ gateway: SingleService) async throws {
        for service in [search, gateway] {
            try await eventually("readiness", holds: { try await service.isReady() })
        }
        // Never asked before, so that no answer that was kept will do.
        let query = UUID().uuidString.prefix(8)
        try await eventually(
            "an answer of search",
            holds: { try await gateway.client.send(.get, "/v1/listings?q=\(query)").status == 200 }
        )
    }
}

/// One service's process on free ports, without a runner.
private struct SingleService {
    let process: ServerProcess
    let client: GatewayClient
    private let operations: GatewayClient

    init(_ name: String, _ arguments: [String], registry: String, in directory: String) async throws {
        let (port, operationsPort) = (try await FreePort.find(), try await FreePort.find())
        let operations = GatewayClient(baseURL: "http://127.0.0.1:\(operationsPort)")
        client = GatewayClient(baseURL: "http://127.0.0.1:\(port)")
        process = ServerProcess(
            name,
            executable: "\(TestStack.executables)/\(name)",
            arguments: [
                "--registry-url", registry, "--http-port", "\(port)", "--operations-port", "\(operationsPort)",
            ] + arguments,
            in: directory,
            answers: { try await operations.send(.get, "/livez").status == 200 }
        )
        self.operations = operations
    }

    func isReady() async throws -> Bool {
        try await operations.send(.get, "/readyz").status == 200
    }
}
