import ArgumentParser
import FoundationEssentials
import LocalStack
import NIOCore
import Subprocess
import SystemPackage

/// Imports listings from a file into the running stack.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Imports listings, one JSON object a line, plain or gzip.",
        discussion: "Ends with 0 when every line was taken, 2 when lines were rejected, 1 when the import failed."
    )

    @Argument(help: "The file.")
    var file: String

    @Option(help: "The gateway.")
    var url = "http://127.0.0.1:8080"

    @Option(help: "The state folder whose demo account is used.")
    var state = ".clowder"

    private struct Report: Decodable {
        struct LineError: Decodable {
            var line: Int
            var pointer: String
            var message: String
        }
        var accepted: Int
        var replaced: Int
        var unchanged: Int
        var rejected: Int
        var errors: [LineError]
    }

    func run() async throws {
        do {
            let (report, isDamaged) = try await upload()
            show(report)
            guard !isDamaged else {
                throw StackFailure("\(file) is a damaged gzip file: lines from the damage on are missing or garbled")
            }
            if report.rejected > 0 { throw ExitCode(2) }
        } catch let failure as StackFailure {
            Console.fail(failure.description)
            throw ExitCode(1)
        }
    }

    private func upload() async throws -> (Report, isDamaged: Bool) {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder,
            FileManager.default.isReadableFile(atPath: file)
        else {
            throw StackFailure("\(file) cannot be read; give its path with make import FILE=…")
        }
        let accounts = try DemoAccount.read(StateLayout(root: Console.absolute(state)))
        guard let shelter = accounts.first(where: { $0.role == "shelter" }) else {
            throw StackFailure("there is no shelter account in \(state)")
        }
        let gateway = GatewayClient(baseURL: url)
        let token = try await logIn(shelter, to: gateway)
        let reply: GatewayClient.Reply
        let isDamaged: Bool
        do {
            (reply, isDamaged) = try await send(through: gateway, token)
        } catch let failure as StackFailure {
            throw failure
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw StackFailure("gzip is missing; install it, or unpack \(file) first")
        } catch {
            throw StackFailure("the import broke off: \(error); run it again, what was taken is not taken twice")
        }
        guard reply.status == 200 else { throw StackFailure("the import failed: \(reply.status) \(reply.text)") }
        return (try reply.decode(Report.self), isDamaged)
    }

    private func logIn(_ account: DemoAccount, to gateway: GatewayClient) async throws -> String {
        do {
            return try await gateway.logIn(email: account.email, password: account.password)
        } catch let failure as StackFailure {
            throw failure
        } catch {
            throw StackFailure("the gateway at \(url) does not answer; is the stack up? (\(error))")
        }
    }

    /// Sends the file; a damaged one is sent as far as it can be unpacked.
    private func send(
        through gateway: GatewayClient,
        _ token: String
    ) async throws -> (GatewayClient.Reply, isDamaged: Bool) {
        let source = try ImportSource(path: file)
        defer { source.close() }
        guard source.isCompressed else {
            let reply = try await gateway.upload(
                "/v1/listings/import",
                mediaType: "application/x-ndjson",
                token: token,
                chunks: source.plainChunks()
            )
            return (reply, isDamaged: false)
        }
        let result = try await Subprocess.run(
            .name("gzip"),
            arguments: ["-dc"],
            input: .fileDescriptor(source.descriptor, closeAfterSpawningProcess: false),
            output: .sequence,
            error: .discarded
        ) { execution in
            try await gateway.upload(
                "/v1/listings/import",
                mediaType: "application/x-ndjson",
                token: token,
                chunks: source.chunks(of: execution.standardOutput)
            )
        }
        // An import that was refused ends gzip early, which says nothing of the file.
        let reply = result.closureResult
        return (reply, isDamaged: reply.status == 200 && !result.terminationStatus.isSuccess)
    }

    private func show(_ report: Report) {
        let lines = report.accepted + report.replaced + report.unchanged + report.rejected
        Console.say(
            "\(lines) lines: \(report.accepted) accepted, \(report.replaced) replaced, "
                + "\(report.unchanged) unchanged, \(report.rejected) rejected"
        )
        for error in report.errors {
            Console.say("  line \(error.line): \(error.pointer.isEmpty ? "the line" : error.pointer) \(error.message)")
        }
        // A line can have several errors, so lines are compared with lines.
        let shownLines = Set(report.errors.map(\.line)).count
        if report.rejected > shownLines {
            Console.say("  … only the first \(report.errors.count) errors are shown")
        }
    }
}
