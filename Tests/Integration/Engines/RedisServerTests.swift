import Testing

/// Redis as tests find it.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: RedisServer.isRequired, "Redis is not installed: apt-get install redis-server")
)
struct RedisServerTests {
    @Test func keepsWhatItIsGiven() async throws {
        try await RedisServer.with { server in
            let first = try await server.answer(to: "INCR visits")
            #expect(first == ":1\r\n")
            #expect(try await server.answer(to: "INCR visits") == ":2\r\n")
        }
    }

    /// What it was given is gone, as it keeps nothing on the disk.
    @Test func answersAgainAfterItWasKilled() async throws {
        try await RedisServer.with { server in
            #expect(try await server.answer(to: "INCR visits") == ":1\r\n")
            await server.process.kill()
            await #expect(throws: (any Error).self) { try await server.answer(to: "PING") }
            try await server.process.start()
            #expect(try await server.answer(to: "INCR visits") == ":1\r\n")
        }
    }

    @Test func isSilentWhileItIsPaused() async throws {
        try await RedisServer.with { server in
            try await server.process.pause()
            #expect(try await server.answer(to: "PING", within: .milliseconds(200)) == "")
            try await server.process.resume()
            #expect(try await server.answer(to: "PING") == "+PONG\r\n")
        }
    }
}
