import Testing

/// NATS as tests find it.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: NATSServer.isRequired, "NATS is not installed: apt-get install nats-server")
)
struct NATSServerTests {
    @Test func answersWithJetStream() async throws {
        try await NATSServer.with { server in
            let greeting = try await server.greeting()
            #expect(greeting.hasPrefix("INFO {"))
            #expect(greeting.contains(#""jetstream":true"#))
        }
    }

    @Test func answersAgainAfterItWasKilled() async throws {
        try await NATSServer.with { server in
            await server.process.kill()
            await #expect(throws: (any Error).self) { try await server.greeting() }
            try await server.process.start()
            #expect(try await server.greeting().contains("PONG"))
        }
    }

    @Test func isSilentWhileItIsPaused() async throws {
        try await NATSServer.with { server in
            try await server.process.pause()
            #expect(try await server.greeting(within: .milliseconds(200)) == "")
            try await server.process.resume()
            #expect(try await server.greeting().contains("PONG"))
        }
    }
}
