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

/// The gateway reads its routes again when it is told to, and nobody notices but those who call the new ones.
@Suite(.timeLimit(.minutes(1))) struct RoutesReloadTests {
    private static let extra =
        #"{"method": "GET", "path": "/v1/animals/{id}", "service": "search", "permission": "write listing"},"#

    private func withRoutes(
        _ body: @Sendable (LocalStack, _ path: String, _ standard: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/routes.json"
            let file = ProjectFiles.root + "/Services/Gateway/Service/Resources/routes.json"
            let standard = String(decoding: try ProjectFiles.read(file), as: UTF8.self)
            try standard.write(toFile: path, atomically: true, encoding: .utf8)
            try await TestStack.with { configuration in
                configuration.extraArguments["gateway", default: []] += ["--routes-file", path]
            } _: { stack in
                try await body(stack, path, standard)
            }
        }
    }

    private func log(_ stack: LocalStack) throws -> String {
        try String(contentsOfFile: stack.layout.log(of: "gateway-1"), encoding: .utf8)
    }

    @Test func takesNewRoutesInWithoutARequestLost() async throws {
        try await withRoutes { stack, path, standard in
            let gateway = GatewayClient(baseURL: stack.gatewayURL)
            // The new route needs a token, which is asked for before anybody looks whether there is such an animal.
            let before = try await gateway.send(.get, "/v1/animals/A1")
            #expect(before.status == 404)
            let load = SteadyLoad(rate: 200)
            async let sent = load.run { _ in
                do {
                    let reply = try await gateway.send(.get, "/v1/listings")
                    return reply.status == 200 ? nil : "\(reply.status)"
                } catch {
                    return "\(error)"
                }
            }
            let changed = standard.replacing("\"routes\": [", with: "\"routes\": [" + Self.extra)
            for round in 1...10 {
                try (round.isMultiple(of: 2) ? standard : changed).write(
                    toFile: path,
                    atomically: true,
                    encoding: .utf8
                )
                #expect(stack.signal("gateway-1", SIGHUP))
                let status = round.isMultiple(of: 2) ? 404 : 401
                try await eventually(
                    "routes of round \(round)",
                    holds: {
                        let reply = try await gateway.send(.get, "/v1/animals/A1")
                        return reply.status == status
                    }
                )
            }
            load.stop()
            let record = await sent
            let summary = record.summary(.zero..<(record.length + .seconds(1)))
            #expect(summary.requests > 10)
            #expect(summary.failures == [])
        }
    }

    @Test func keepsTheOldRoutesWhenTheNewOnesAreWrong() async throws {
        try await withRoutes { stack, path, standard in
            let bad = standard.replacing("\"service\": \"search\"", with: "\"service\": \"Search\"")
            try bad.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(stack.signal("gateway-1", SIGHUP))
            try await eventually("the refusal", holds: { try log(stack).contains("routes not reloaded") })
            let lines = bad.split(separator: "\n", omittingEmptySubsequences: false)
            let line = try #require(lines.firstIndex { $0.contains("/v1/listings\"") }) + 1
            #expect(try log(stack).contains("\(path):\(line): /routes/14/service must be 1 to 63"))
            let reply = try await GatewayClient(baseURL: stack.gatewayURL).send(.get, "/v1/listings")
            #expect(reply.status == 200)
        }
    }

    @Test func doesNotStartWithWrongRoutes() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/routes.json"
            try "{\n\"routes\": 7}".write(toFile: path, atomically: true, encoding: .utf8)
            let failure = await #expect(throws: StackFailure.self) {
                try await TestStack.with { configuration in
                    configuration.extraArguments["gateway", default: []] += ["--routes-file", path]
                } _: { _ in
                }
            }
            #expect(failure?.description.contains("\(path):2: /routes must be an array, not number") == true)
        }
    }
}
