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
            let report = try await upload()
            show(report)
            if report.rejected > 0 { throw ExitCode(2) }
        } catch let failure as StackFailure {
            Console.fail(failure.description)
            throw ExitCode(1)
        }
    }

    private func upload() async throws -> Report {
        guard FileManager.default.isReadableFile(atPath: file) else {
            throw StackFailure("\(file) cannot be read; give its path with make import FILE=…")
        }
        let accounts = try DemoAccount.read(StateLayout(root: Console.absolute(state)))
        guard let shelter = accounts.first(where: { $0.role == "shelter" }) else {
            throw StackFailure("there is no shelter account in \(state)")
        }
        let gateway = GatewayClient(baseURL: url)
        let token: String
        do {
            token = try await gateway.logIn(email: shelter.email, password: shelter.password)
        } catch let failure as StackFailure {
            throw failure
        } catch {
            throw StackFailure("the gateway at \(url) does not answer; is the stack up? (\(error))")
        }
        let reply = try await send(through: gateway, token)
        guard reply.status == 200 else { throw StackFailure("the import failed: \(reply.status) \(reply.text)") }
        return try reply.decode(Report.self)
    }

    private func send(through gateway: GatewayClient, _ token: String) async throws -> GatewayClient.Reply {
        let source = try ImportSource(path: file)
        defer { source.close() }
        guard source.isCompressed else {
            return try await gateway.upload(
                "/v1/listings/import",
                mediaType: "application/x-ndjson",
                token: token,
                chunks: source.plainChunks()
            )
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
        guard result.terminationStatus.isSuccess else { throw StackFailure("\(file) is a damaged gzip file") }
        return result.closureResult
    }

    private func show(_ report: Report) {
        let lines = report.accepted + report.replaced + report.unchanged + report.rejected
        Console.say("\(lines) lines: \(report.accepted) accepted, \(report.replaced) replaced, "
            + "\(report.unchanged) unchanged, \(report.rejected) rejected")
        for error in report.errors {
            Console.say("  line \(error.line): \(error.pointer.isEmpty ? "the line" : error.pointer) \(error.message)")
        }
        if report.rejected > report.errors.count { Console.say("  … only the first 100 errors are shown") }
    }
}
