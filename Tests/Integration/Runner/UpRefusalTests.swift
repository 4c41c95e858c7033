import FoundationEssentials
import LocalStack
import StackSupport
import TestSupport
import Testing

/// What keeps a stack from starting: each is told in one line, and nothing is left.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct UpRefusalTests {
    /// A file that the state folder has before the start.
    struct DamagedFile: Sendable, CustomTestStringConvertible {
        var path: String
        var content: String
        var testDescription: String { path }
    }

    private static let damagedFiles = [
        DamagedFile(path: "secrets/accounts.json", content: "not JSON"),
        DamagedFile(path: "secrets/accounts.json", content: ""),
        DamagedFile(path: "data/users.sqlite", content: String(repeating: "no database ", count: 2000)),
        DamagedFile(path: "data/search.sqlite", content: String(repeating: "no database ", count: 2000)),
        DamagedFile(path: "data/queue.sqlite", content: "short"),
    ]

    private static let runbook = "docs/runbooks/restore-from-backup.md"

    @Test(arguments: [
        ["--users", "0"], ["--users", "17"], ["--search", "0"], ["--search", "17"],
    ])
    func refusesCountsThatItCannotStart(_ flags: [String]) async throws {
        try await expectRefusal(flags: flags, saying: ["USERS and SEARCH must be 1 to 16"], exitCode: 64)
    }

    @Test(arguments: damagedFiles)
    func namesTheDamagedFileAndTheWayOut(_ file: DamagedFile) async throws {
        try await UpRun.prepare { run in
            let path = "\(run.state)/\(file.path)"
            try writeSecrets(of: run)
            try write(file.content, to: path)
            try await expectRefusal(of: run, saying: [path, "is damaged", "keep", Self.runbook])
        }
    }

    /// Accounts without the secrets they were made with can log in no more; a new secret would hide that.
    @Test(arguments: ["secrets/pepper", "secrets/keys", "secrets/accounts.json"])
    func namesASecretThatIsGone(_ secret: String) async throws {
        try await UpRun.prepare { run in
            let path = "\(run.state)/\(secret)"
            try writeSecrets(of: run)
            try FileManager.default.removeItem(atPath: path)
            try write("", to: run.layout.data + "/users.sqlite")
            try await expectRefusal(of: run, saying: [path, "is gone", Self.runbook])
        }
    }

    @Test(arguments: ["data", "mail", "logs", "secrets"])
    func namesAFileWhereAFolderShouldBe(_ folder: String) async throws {
        try await UpRun.prepare { run in
            let path = "\(run.state)/\(folder)"
            try write("a file", to: path)
            try await expectRefusal(of: run, saying: [path, "is a file", "move it elsewhere"])
        }
    }

    @Test func namesADatabaseThatIsDamagedInside() async throws {
        try await UpRun.prepare { run in
            let path = run.layout.data + "/users.sqlite"
            try writeSecrets(of: run)
            try write("SQLite format 3\0" + String(repeating: "no page ", count: 1000), to: path)
            try await expectRefusal(of: run, saying: [path, "is damaged", "keep", Self.runbook])
        }
    }

    @Test func refusesAFileAsStateFolder() async throws {
        try await UpRun.prepare { run in
            try write("a file", to: run.state)
            try await expectRefusal(of: run, saying: [run.state, "is a file", "move it elsewhere"])
        }
    }

    @Test(arguments: ["gateway", "users", "search", "mail-worker"])
    func namesAnExecutableThatIsMissing(_ missing: String) async throws {
        try await UpRun.prepare { run in
            let folder = try executables(besides: missing, of: run)
            let words = ["\(folder)/\(missing) is missing", "make build"]
            try await expectRefusal(of: run, flags: ["--executables", folder], saying: words)
            #expect(!FileManager.default.fileExists(atPath: run.state))
        }
    }

    @Test(arguments: [
        ("echo 'users: the reason' >&2; exit 70", "users: the reason"),
        ("exit 3", "it ended with exit code 3; see "),
        ("echo 'the last words'; kill -9 $$", "it was ended by signal 9; see "),
    ])
    func saysWhyAServiceDidNotStart(_ script: String, _ reason: String) async throws {
        try await UpRun.prepare { run in
            try write("the reason of an earlier start\n", to: run.layout.log(of: "users-1"))
            let folder = try executables(besides: "users", of: run)
            try write("#!/bin/sh\n\(script)\n", to: folder + "/users")
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder + "/users")
            let flags = ["--users", "1", "--executables", folder]
            try await expectRefusal(of: run, flags: flags, saying: ["users-1 did not start: \(reason)"])
        }
    }

    @Test(.enabled("a small disk can be mounted here") { await SmallDisk.canBeMounted() })
    func saysThatTheDiskIsFull() async throws {
        try await UpRun.prepare { run in
            try await SmallDisk.with(at: run.directory + "/disk") { disk in
                let small = UpRun(directory: disk, port: run.port)
                let words = ["the disk of \(small.state) is full", "100 MB are needed", "STATE="]
                try await expectRefusal(of: small, saying: words)
                #expect(!FileManager.default.fileExists(atPath: small.state))
            }
        }
    }

    // MARK: Helpers

    private func expectRefusal(flags: [String], saying words: [String], exitCode: Int32) async throws {
        try await UpRun.prepare { run in
            let end = try await run.start(flags)
            #expect(end.exitCode == exitCode)
            for word in words { #expect(end.complaints.first?.contains(word) == true, "\(end.errors)") }
            #expect(end.output == "")
            #expect(!FileManager.default.fileExists(atPath: run.state))
        }
    }

    private func expectRefusal(of run: UpRun, flags: [String] = [], saying words: [String]) async throws {
        let end = try await run.start(flags)
        #expect(end.exitCode == 1)
        #expect(end.complaints.count == 1, "\(end.errors)")
        for word in words { #expect(end.errors.contains(word), "\(end.errors)") }
        // What is damaged or gone is never mended by removing what is left.
        for word in ["make clean", "remove", "delete", "anew"] {
            #expect(!end.errors.contains(word), "\(end.errors)")
        }
        #expect(try await run.processes() == [:])
        try await FreePort.require(run.port)
    }

    /// The secrets of an earlier start.
    private func writeSecrets(of run: UpRun) throws {
        let secret = String(repeating: "s", count: 48)
        for (name, content) in [("pepper", secret), ("keys", secret), ("accounts.json", "[]")] {
            try write(content, to: "\(run.layout.secrets)/\(name)")
        }
    }

    private func write(_ text: String, to path: String) throws {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    /// A folder with links to the executables without one.
    private func executables(besides missing: String, of run: UpRun) throws -> String {
        let folder = run.directory + "/executables"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["gateway", "users", "search", "mail-worker"] where name != missing {
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(name)",
                withDestinationPath: "\(TestStack.executables)/\(name)"
            )
        }
        return folder
    }
}

/// What a second stack meets that is started beside a running one.
@Suite(.serialized, .sharedStack, .timeLimit(.minutes(1)))
struct UpBesideRunningStackTests {
    @Test func namesTheTakenPortAndAFreeOne() async throws {
        let taken = try SharedStack.current.configuration.gatewayPort
        try await withTemporaryDirectory { directory in
            let run = UpRun(directory: directory, port: taken)
            let end = try await run.start()
            #expect(end.exitCode == 1)
            #expect(end.complaints.count == 1, "\(end.errors)")
            #expect(end.errors.contains("port \(taken) is taken"))
            let number = try #require(end.errors.split(separator: "PORT=").last?.prefix { $0.isNumber })
            let proposal = try #require(Int(number))
            #expect(proposal != taken)
            try await FreePort.require(proposal)
            #expect(end.output == "")
            #expect(!FileManager.default.fileExists(atPath: run.state))
            #expect(try await run.processes() == [:])
        }
    }

    @Test func leavesTheStateOfARunningStackAlone() async throws {
        let stack = try SharedStack.current
        let before = try await ProcessTable.services(ofStackIn: stack.layout.root)
        try await withTemporaryDirectory { directory in
            let port = try await FreePort.find()
            let end = try await CommandRun.clowder(
                ["up", "--port", "\(port)", "--state", stack.layout.root],
                in: directory
            )
            #expect(end.exitCode == 1)
            #expect(end.complaints.count == 1, "\(end.errors)")
            #expect(end.errors.contains("another stack is running in \(stack.layout.root); stop it first"))
        }
        #expect(before.count == 6)
        #expect(try await ProcessTable.services(ofStackIn: stack.layout.root) == before)
        let leases = try FileManager.default.contentsOfDirectory(atPath: stack.layout.registry + "/search")
        #expect(Set(leases).isSuperset(of: ["search-1.json", "search-2.json"]))
    }
}
