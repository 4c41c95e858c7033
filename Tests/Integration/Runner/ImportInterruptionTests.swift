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

/// An import whose service dies in the middle.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ImportInterruptionTests {
    private struct Page: Decodable {
        var total: Int
    }

    @Test func tellsABrokenImportFromADamagedFile() async throws {
        try await interruptImport { end, _ in
            #expect(end.exitCode == 1)
            #expect(end.complaints.count == 1, "\(end.errors)")
            #expect(end.errors.hasPrefix("clowder: the import "))
            #expect(!end.errors.contains("damaged"))
        }
    }

    @Test func theGatewayOutlivesTheServiceThatTookTheImport() async throws {
        try await interruptImport { _, stack in
            let reply = try await GatewayClient(baseURL: stack.gatewayURL).send(.get, "/docs")
            #expect(reply.status == 200)
            #expect(stack.processID(of: "gateway-1") != nil)
        }
    }

    /// Kills both `search` processes in the middle of a long compressed import, and waits for its end.
    private func interruptImport(
        _ check: @Sendable (FinishedCommand, LocalStack) async throws -> Void
    ) async throws {
        let adjust: @Sendable (inout StackConfiguration) -> Void = { $0.restarts = .never }
        try await TestStack.with(adjust: adjust) { stack in
            try await withTemporaryDirectory { directory in
                let file = ImportFile(directory: directory)
                let path = try await file.compressed(Array(repeating: file.lines(2000), count: 100).flatMap(\.self))
                let arguments = ["import", "--url", stack.gatewayURL, "--state", stack.layout.root, path]
                let end = try await CommandRun.clowder(arguments, in: directory) { _ in
                    let gateway = GatewayClient(baseURL: stack.gatewayURL)
                    try await eventually(
                        "the first listings",
                        holds: {
                            let reply = try await gateway.send(.get, "/v1/listings?limit=1&jurisdiction=\(file.place)")
                            return try reply.decode(Page.self).total > 0
                        }
                    )
                    #expect(stack.signal("search-1", SIGKILL))
                    #expect(stack.signal("search-2", SIGKILL))
                }
                try await check(end, stack)
            }
        }
    }
}
