import FoundationEssentials
import HTTPTypes
import LocalStack
import StackSupport
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the gateway keeps of answers, and what its file says about services, with real processes.
@Suite(.timeLimit(.minutes(2))) struct AnswerCacheTests {
    // swift-format-ignore: NeverForceUnwrap
    private static let cacheStatus = HTTPField.Name("Cache-Status")!
    // swift-format-ignore: NeverForceUnwrap
    private static let variant = HTTPField.Name("X-Variant")!

    private func log(_ stack: LocalStack) throws -> String {
        try String(contentsOfFile: stack.layout.log(of: "gateway-1"), encoding: .utf8)
    }

    /// Many ask for the same while the answer is not there: each gets it, and the service is asked once in a while.
    @Test func asksOnceForMany() async throws {
        try await TestStack.with { stack in
            let gateway = GatewayClient(baseURL: stack.gatewayURL)
            let replies = try await withThrowingTaskGroup(of: GatewayClient.Reply.self) { group in
                for _ in 0..<200 { group.addTask { try await gateway.send(.get, "/v1/listings?q=cat&limit=7") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.status == 200 })
            #expect(Set(replies.map(\.body)).count < 10)
            let statuses = replies.compactMap { $0.headers[Self.cacheStatus] }
            #expect(statuses.count == 200)
            let fetched = statuses.count { $0.contains("stored") }
            #expect((1..<10).contains(fetched), "\(fetched)")
            #expect(try log(stack).contains(#""cache":"hit""#))
        }
    }

    /// The file says which arms an experiment has; a client stays in its own, on both ways through the gateway.
    @Test func putsClientsIntoArms() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/routes.json"
            let file = ProjectFiles.root + "/Services/Gateway/Service/Resources/routes.json"
            let standard = String(decoding: try ProjectFiles.read(file), as: UTF8.self)
            @Sendable func write(_ weights: (Int, Int)) throws {
                let arms = #"{"name": "old", "weight": \#(weights.0)}, {"name": "new", "weight": \#(weights.1)}"#
                try standard
                    .replacing(
                        "\"routes\": [",
                        with: "\"variants\": [{\"name\": \"order\", \"arms\": [\(arms)]}],\n\"routes\": ["
                    )
                    .replacing("\"cache\": \"listings\"", with: "\"cache\": \"listings\", \"variant\": \"order\"")
                    .write(toFile: path, atomically: true, encoding: .utf8)
            }
            try write((1, 1))
            try await TestStack.with { configuration in
                configuration.extraArguments["gateway", default: []] += ["--routes-file", path]
            } _: { stack in
                let gateway = GatewayClient(baseURL: stack.gatewayURL)
                var arms: Set<[String]> = []
                for method in [HTTPRequest.Method.get, .head, .get, .head] {
                    let reply = try await gateway.send(method, "/v1/listings", headers: ["X-Variant": "order=mine"])
                    arms.insert(reply.headers[values: Self.variant])
                }
                #expect(arms.count == 1)
                let arm = try #require(arms.first?.first)
                let other = arm == "order=old" ? "order=new" : "order=old"
                #expect(["order=old", "order=new"].contains(arm))
                let lines = try log(stack).split(separator: "\n").filter { $0.contains("\"variant\":\"\(arm)\"") }
                #expect(lines.contains { $0.contains("\"GET\"") } && lines.contains { $0.contains("\"HEAD\"") })
                try write(arm == "order=old" ? (0, 1) : (1, 0))
                #expect(stack.signal("gateway-1", SIGHUP))
                try await eventually(
                    "the other arm",
                    holds: {
                        try await gateway.send(.get, "/v1/listings").headers[Self.variant] == other
                    }
                )
            }
        }
    }

    /// A route to a service that the gateway did not know at its start is there as soon as the file says so.
    @Test func leadsToANewServiceWithoutARestart() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/routes.json"
            let file = ProjectFiles.root + "/Services/Gateway/Service/Resources/routes.json"
            let standard = String(decoding: try ProjectFiles.read(file), as: UTF8.self)
            try standard.write(toFile: path, atomically: true, encoding: .utf8)
            let standIn = StandInReplica(id: "stand-in", StandInReplica.Behaviour(time: .zero))
            try await TestStack.with { configuration in
                configuration.extraArguments["gateway", default: []] += ["--routes-file", path]
            } _: { stack in
                try await stack.register(standIn, as: "animals")
                let extra =
                    #"{"method": "GET", "path": "/v1/animals", "service": "animals", "permission": "read listing"},"#
                try standard.replacing("\"routes\": [", with: "\"routes\": [" + extra)
                    .write(toFile: path, atomically: true, encoding: .utf8)
                #expect(stack.signal("gateway-1", SIGHUP))
                let gateway = GatewayClient(baseURL: stack.gatewayURL)
                try await eventually(
                    "the new service answers",
                    holds: { try await gateway.send(.get, "/v1/animals").status == 200 }
                )
                #expect(standIn.calls > 0)
            }
            try await standIn.stop()
        }
    }
}
