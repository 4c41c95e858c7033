import FoundationEssentials
import HTTPTypes
import LocalStack
import Subprocess
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite(.serialized, .timeLimit(.minutes(1)))
struct UpTests {
    private struct Page: Decodable {
        var total: Int
    }

    @Test func tellsWhereEverythingIsOnceItIsReady() async throws {
        try await UpRun.prepare { run in
            let end = try await run.whileUp { command in
                let lines = command.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                #expect(lines.contains(["gateway", run.gateway.baseURL]))
                #expect(lines.contains(["API", run.gateway.baseURL + "/docs"]))
                #expect(lines.contains(["mails", run.layout.mail]))
                #expect(lines.contains(["logs", run.layout.logs]))
                #expect(command.output.contains("demo catalogue loaded: 400 listings"))
                #expect(try await run.gateway.send(.get, "/docs").status == 200)
                for role in ["member", "shelter", "operator", "admin"] {
                    let row = try #require(lines.first { $0.first == "\(role)@clowder.example" })
                    #expect(try await run.gateway.logIn(email: row[0], password: row[1]) != "")
                }
            }
            #expect(end.exitCode == 0)
            #expect(end.errors == "")
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "curl is not installed"))
    func printsCurlLinesThatWorkAsTheyStand() async throws {
        try await UpRun.prepare { run in
            _ = try await run.whileUp { command in
                let lines = command.output.split(separator: "\n").filter { $0.hasPrefix("  curl ") }
                try #require(lines.count == 3)
                let answers = try await [answer(to: lines[0]), answer(to: lines[1]), answer(to: lines[2])]
                #expect(answers.map { $0.status } == ["200", "202", "201"])
                #expect(answers[0].body.contains(#""items":[{"#))
                #expect(answers[2].body.contains(#""accessToken":"#))
                try await eventually(
                    "the mail",
                    holds: {
                        let files = try FileManager.default.subpathsOfDirectory(atPath: run.layout.mail)
                        return files.contains { $0.hasSuffix(".eml") }
                    }
                )
            }
        }
    }

    /// What the gateway answers to a line that somebody pastes into a shell.
    private func answer(to line: Substring) async throws -> (status: String, body: String) {
        let shell = "curl() { command curl -sS -w '\\n%{http_code}' \"$@\"; }\n\(line)\n"
        let result = try await Subprocess.run(
            .name("bash"),
            arguments: ["-c", shell],
            output: .string(limit: 64 * 1024),
            error: .string(limit: 64 * 1024)
        )
        #expect(result.terminationStatus.isSuccess, "\(line): \(result.standardError)")
        let lines = result.standardOutput.split(separator: "\n")
        return (lines.last.map(String.init) ?? "", lines.dropLast().joined(separator: "\n"))
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func stopsEverythingInOrderWhenToldTo(_ signal: Int32) async throws {
        try await UpRun.prepare { run in
            let end = try await run.start { command in
                try await command.waitUntilItSays("Ctrl-C stops everything.")
                #expect(try await run.processes().values.reduce(0, +) == 7)
                command.signal(signal)
            }
            #expect(end.exitCode == 0)
            let stops = end.output.split(separator: "\n").drop { $0 != "stopping …" }.dropFirst()
            #expect(stops.first == "  gateway-1 stopped")
            #expect(stops.dropLast().last == "  mail-worker-1 stopped")
            #expect(stops.last == "all processes stopped")
            #expect(try await run.processes() == [:])
            try await FreePort.require(run.port)
        }
    }

    @Test func stopsEverythingWhenToldToWhileItStarts() async throws {
        try await UpRun.prepare { run in
            let end = try await run.start { command in
                try await command.waitUntilItSays("is ready on")
                command.signal(SIGINT)
            }
            #expect(end.exitCode == 0)
            #expect(end.output.hasSuffix("all processes stopped\n"))
            #expect(end.errors == "")
            #expect(try await run.processes() == [:])
        }
    }

    @Test func keepsAccountsAndCatalogueForTheNextStart() async throws {
        try await UpRun.prepare { run in
            let first = try await run.whileUp { _ in }
            let second = try await run.whileUp { _ in
                let page = try await run.gateway.send(.get, "/v1/listings?limit=1").decode(Page.self)
                #expect(page.total == DemoCatalogue.count)
            }
            #expect(first.output.contains("demo catalogue loaded"))
            #expect(!second.output.contains("demo catalogue loaded"))
            let accounts = [first, second].map { end in
                end.output.split(separator: "\n").filter { $0.contains("@clowder.example  ") }
            }
            #expect(accounts[0].count == 4)
            #expect(accounts[0] == accounts[1])
        }
    }

    @Test func startsAsManyProcessesAsAskedFor() async throws {
        try await UpRun.prepare { run in
            let end = try await run.whileUp(["--users", "3", "--search", "1"]) { _ in
                let processes = try await run.processes()
                #expect(processes == ["clowder": 1, "gateway": 1, "search": 1, "users": 3, "mail-worker": 1])
            }
            #expect(end.output.hasPrefix("starting 6 processes …\n"))
            #expect(try await run.processes() == [:])
        }
    }
}
