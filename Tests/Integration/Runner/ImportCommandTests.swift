import FoundationEssentials
import HTTPTypes
import LocalStack
import StackSupport
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.serialized, .sharedStack, .timeLimit(.minutes(1)))
struct ImportCommandTests {
    private struct Page: Decodable {
        var total: Int
    }

    @Test func takesAPlainFile() async throws {
        try await withFile { file in
            let end = try await importing(try file.plain(file.lines(3)), file)
            #expect(end.exitCode == 0)
            #expect(end.output.contains("3 lines: 3 accepted, 0 replaced, 0 unchanged, 0 rejected\n"))
            #expect(end.errors == "")
            #expect(try await found(file) == 3)
        }
    }

    @Test func takesACompressedFileWhateverItsName() async throws {
        try await withFile { file in
            let end = try await importing(try await file.compressed(file.lines(1200), named: "listings.txt"), file)
            #expect(end.exitCode == 0)
            #expect(end.output.contains("1200 lines: 1200 accepted, 0 replaced, 0 unchanged, 0 rejected\n"))
            #expect(try await found(file) == 1200)
        }
    }

    @Test func takesAnEmptyFile() async throws {
        try await withFile { file in
            let end = try await importing(try file.plain([]), file)
            #expect(end.exitCode == 0)
            #expect(end.output.contains("0 lines: 0 accepted, 0 replaced, 0 unchanged, 0 rejected\n"))
        }
    }

    @Test func reportsBadLinesByNumberAndTakesTheOthers() async throws {
        try await withFile { file in
            var lines = file.lines(3)
            lines.insert(#"{"id":"\#(file.place)-bad"}"#, at: 1)
            lines.insert("no JSON", at: 2)
            let end = try await importing(try await file.compressed(lines), file)
            #expect(end.exitCode == 2)
            #expect(end.output.contains("5 lines: 3 accepted, 0 replaced, 0 unchanged, 2 rejected\n"))
            #expect(end.output.contains("  line 2: /species is required\n"))
            #expect(end.output.contains("  line 3: the line is no JSON"))
            #expect(try await found(file) == 3)
        }
    }

    @Test func rejectsALineOverTheLimitAndTakesTheOthers() async throws {
        try await withFile { file in
            var lines = file.lines(2)
            lines.insert(#"{"id":"x","name":""# + String(repeating: "a", count: 3_000_000) + #""}"#, at: 1)
            let end = try await importing(try file.plain(lines), file)
            #expect(end.exitCode == 2)
            #expect(end.output.contains("3 lines: 2 accepted, 0 replaced, 0 unchanged, 1 rejected\n"))
            #expect(end.output.contains("  line 2: the line is longer than 65536 bytes\n"))
        }
    }

    @Test(arguments: [(50, false), (51, true)])
    func saysWhenNotAllBadLinesAreShown(_ count: Int, _ isCut: Bool) async throws {
        try await withFile { file in
            let end = try await importing(try file.plain(Array(repeating: "{}", count: count)), file)
            #expect(end.exitCode == 2)
            #expect(end.output.contains("  line 50: /species is required\n"))
            #expect(end.output.contains("only the first 100 errors are shown") == isCut)
        }
    }

    @Test(arguments: ["cut off", "changed in the middle"])
    func refusesADamagedGzipFile(_ damage: String) async throws {
        try await withFile { file in
            let path = try await file.compressed(file.lines(5000))
            try file.change(path) { data in
                if damage == "cut off" { return data.removeLast(data.count / 4) }
                for index in data.count / 2..<data.count / 2 + 64 { data[index] ^= 0x55 }
            }
            let end = try await importing(path, file)
            #expect(end.exitCode == 1)
            let line = "clowder: \(path) is a damaged gzip file: lines from the damage on are missing or garbled"
            #expect(end.output.contains(" accepted, "))
            #expect(end.complaints == [line[...]])
        }
    }

    @Test(arguments: ["a file that is not there", "a folder"])
    func refusesWhatIsNoFile(_ what: String) async throws {
        try await withFile { file in
            let path = what == "a folder" ? file.directory : file.directory + "/missing.ndjson"
            let end = try await importing(path, file)
            #expect(end.exitCode == 1)
            #expect(end.complaints == ["clowder: \(path) cannot be read; give its path with make import FILE=…"])
        }
    }

    @Test func saysThatGzipIsMissing() async throws {
        try await withFile { file in
            let path = try await file.compressed(file.lines(3))
            let end = try await importing(path, file, environment: .inherit.updating(["PATH": file.directory]))
            #expect(end.exitCode == 1)
            #expect(end.complaints == ["clowder: gzip is missing; install it, or unpack \(path) first"])
        }
    }

    @Test func saysThatNoStackIsRunning() async throws {
        try await withFile { file in
            let url = "http://127.0.0.1:\(try await FreePort.find())"
            let end = try await importing(try file.plain(file.lines(1)), file, url: url)
            #expect(end.exitCode == 1)
            #expect(end.complaints.count == 1)
            #expect(end.errors.hasPrefix("clowder: the gateway at \(url) does not answer; is the stack up?"))
        }
    }

    @Test func saysThatNoStackWasEverStarted() async throws {
        try await withFile { file in
            let end = try await importing(try file.plain(file.lines(1)), file, state: file.directory)
            #expect(end.exitCode == 1)
            #expect(
                end.complaints == [
                    "clowder: there are no accounts in \(file.directory) yet; start the stack with make up"
                ]
            )
        }
    }

    // MARK: Progress

    @Test func showsABarWithRateAndTimeLeftOnATerminal() async throws {
        try await withFile { file in
            let terminal = try Terminal()
            let path = try file.plain(file.lines(2500))
            let end = try await importing(path, file, terminal: terminal.give())
            let shown = terminal.finish()
            #expect(end.exitCode == 0)
            #expect(shown.contains("\r\u{1B}[K█"))
            #expect(shown.contains(#/[█░]{30} \d+ %  \d+ lines  \d+\/s  \d+ s left/#))
            #expect(shown.contains(#/2500 lines sent in \d+\.\d s, \d+\/s/#))
        }
    }

    @Test func writesNoBarIntoAFile() async throws {
        try await withFile { file in
            let end = try await importing(try file.plain(file.lines(600)), file)
            #expect(end.errors == "")
            #expect(!end.output.contains("\u{1B}"))
            #expect(!end.output.contains("░"))
            let summary = #/600 lines sent in \d+\.\d s, \d+\/s\n600 lines: 600 accepted/#
            #expect(try summary.prefixMatch(in: end.output) != nil)
        }
    }

    // MARK: Helpers

    private func withFile(_ body: (ImportFile) async throws -> Void) async throws {
        try await withTemporaryDirectory { try await body(ImportFile(directory: $0)) }
    }

    private func importing(
        _ path: String,
        _ file: ImportFile,
        url: String? = nil,
        state: String? = nil,
        environment: Environment = .inherit,
        terminal: SystemPackage.FileDescriptor? = nil
    ) async throws -> FinishedCommand {
        let stack = try SharedStack.current
        let flags = ["--url", url ?? stack.gatewayURL, "--state", state ?? stack.layout.root]
        return try await CommandRun.clowder(
            ["import"] + flags + [path],
            in: file.directory,
            environment: environment,
            terminal: terminal
        )
    }

    private func found(_ file: ImportFile) async throws -> Int {
        let gateway = GatewayClient(baseURL: try SharedStack.current.gatewayURL)
        return try await gateway.send(.get, "/v1/listings?limit=1&jurisdiction=\(file.place)").decode(Page.self).total
    }
}
