import FoundationEssentials
import TestSupport
import Testing

/// What `make up` says while it builds: `deploy/local/build`, with a compiler that does what the test wants.
@Suite(.timeLimit(.minutes(1)))
struct BuildProgressTests {
    @Test func tellsHowFarItIsWithoutATerminal() async throws {
        // Each build goes on once its line was seen.
        let script = """
            echo "[3/9] Compiling Things A.swift"
            for try in $(seq 400); do [ -e "$0.seen" ] && exit 0; sleep 0.05; done
            exit 1
            """
        let end = try await build(compiler: script) { command, compiler in
            try await command.waitUntilItSays("building gateway, 1 of 5")
            try await command.waitUntilItSays("[3/9] Compiling Things A.swift")
            try Data().write(to: URL(filePath: compiler + ".seen"))
        }
        #expect(end.exitCode == 0, "\(end.errors)")
        #expect(end.output.contains("building clowder, 5 of 5") && end.output.contains("built in 0:"))
        #expect(end.errors == "")
    }

    @Test func endsWithTheCompilersErrors() async throws {
        let error = "/project/A.swift:1:2: error: cannot find 'listing' in scope"
        let script = """
            echo "[1/9] Compiling Things A.swift"
            [[ "$*" == *"--product search" ]] || exit 0
            echo "\(error)"; echo "\(error)"
            exit 1
            """
        let end = try await build(compiler: script)
        #expect(end.exitCode == 1)
        #expect(end.complaints.count == 2 && end.complaints.first == error[...], "\(end.errors)")
        #expect(end.complaints.last?.hasPrefix("clowder: the build of search failed after 0:") == true)
        #expect(!end.output.contains("building mail-worker"))
    }

    @Test func endsWithTheLastWordsOfACompilerThatWasKilled() async throws {
        let end = try await build(compiler: #"echo "[8/9] Linking gateway"; kill -9 $$"#)
        #expect(end.exitCode == 1)
        #expect(end.errors.contains("[8/9] Linking gateway"), "\(end.errors)")
    }

    /// Nobody would end the reports of a build that was killed by its ID.
    @Test func reportsNothingMoreOnceItIsKilled() async throws {
        var folder = ""
        let end = try await build(compiler: #"kill -9 "$PPID""#) { folder = $1.dropLast("/swift".count) + "/built" }
        #expect(end.exitCode == nil && !folder.isEmpty)
        try await eventually("the end of the reports") {
            try await ProcessTable.processes(mentioning: folder).isEmpty
        }
    }

    /// Runs the script with `swift` as in `compiler`, and `body` beside it with the path of that.
    private func build(
        compiler script: String,
        while body: (RunningCommand, String) async throws -> Void = { _, _ in }
    ) async throws -> FinishedCommand {
        try await withTemporaryDirectory { directory in
            let compiler = directory + "/swift"
            try Data("#!/bin/bash\n\(script)\n".utf8).write(to: URL(filePath: compiler))
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: compiler)
            let script = ProjectFiles.root + "/deploy/local/build"
            return try await CommandRun.run(
                "/bin/bash",
                ["-c", #"PATH="$1:$PATH" exec "$2" "$1/built" 1"#, "bash", directory, script],
                in: directory
            ) { try await body($0, compiler) }
        }
    }
}
