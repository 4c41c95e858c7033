import FoundationEssentials
import TestSupport
import Testing

/// What tests against servers rely on, with shells as servers.
@Suite(.timeLimit(.minutes(1)))
struct ServerProcessTests {
    /// Runs `body` with a shell that has started another process, and with a path that both mention.
    private func withFamily(_ body: (ServerProcess, String) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory + "/followed"
            try Data().write(to: URL(filePath: file))
            let server = ServerProcess(
                "shell",
                executable: "/bin/sh",
                arguments: ["-c", "tail -f \"$1\" & wait", "sh", file],
                in: directory,
                answers: { try await ProcessTable.counts(mentioning: file) == ["sh": 1, "tail": 1] }
            )
            try await ServerProcess.with([server]) { try await body(server, file) }
        }
    }

    @Test func killsAllThatTheServerHasStartedAndStartsItAgain() async throws {
        try await withFamily { server, file in
            await server.kill()
            #expect(try await ProcessTable.counts(mentioning: file) == [:])
            try await server.start()
            #expect(try await ProcessTable.counts(mentioning: file) == ["sh": 1, "tail": 1])
        }
    }

    @Test func pausesAllThatTheServerHasStarted() async throws {
        try await withFamily { server, _ in
            try await server.pause()
            #expect(try await server.states() == ["T"])
            try await server.resume()
            try await eventually("a server that goes on", holds: { try await !server.states().contains("T") })
        }
    }

    @Test func killsAServerThatIsPaused() async throws {
        try await withFamily { server, file in
            try await server.pause()
            await server.kill()
            #expect(try await ProcessTable.counts(mentioning: file) == [:])
        }
    }

    @Test func endsWithTheTestThatFails() async throws {
        struct Failed: Error {}
        var path = ""
        await #expect(throws: Failed.self) {
            try await withFamily { _, file in
                path = file
                throw Failed()
            }
        }
        #expect(try await ProcessTable.counts(mentioning: path) == [:])
    }

    /// Nobody waits for a server that has given up, and its log says why it did.
    @Test func saysWhatAServerSaidThatEnds() async throws {
        try await withTemporaryDirectory { directory in
            let server = ServerProcess(
                "shell",
                executable: "/bin/sh",
                arguments: ["-c", "echo this port is taken >&2; exit 3"],
                in: directory,
                answers: { false }
            )
            let begin = ContinuousClock.now
            let error = await #expect(throws: UnexpectedCommand.self) { try await server.start() }
            #expect(error?.description.contains("this port is taken") == true)
            #expect(ContinuousClock.now - begin < .seconds(10))
        }
    }

    @Test func saysWhichServerIsMissing() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/missing"
            let server = ServerProcess("missing", executable: path, arguments: [], in: directory, answers: { true })
            let error = await #expect(throws: UnexpectedCommand.self) { try await server.start() }
            #expect(error?.description.contains(path) == true)
        }
    }
}
