import ArgumentParser
import FoundationEssentials
import HTTPTypes
import LocalStack
import NIOCore

/// Measures a stack of its own and prints a table.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures import, search, memory and password checks.")

    @Option(help: "The records to import, one JSON object a line, plain or gzip.")
    var file: String

    @Option(help: "The folder of the executables; by default that of this one.")
    var executables: String?

    @Option(help: "The compiled bcrypt.c.")
    var bcrypt: String

    @Option(help: "How many seconds to search.")
    var seconds = 30

    @Option(help: "Searches a second.")
    var rate = 200

    func run() async throws {
        do {
            try await measure()
        } catch let failure as StackFailure {
            Console.fail(failure.description)
            throw ExitCode(1)
        }
    }

    private func measure() async throws {
        let state =
            FileManager.default.temporaryDirectory.path + "/clowder-bench-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: state) }  // The system cleans up what is left.
        Console.say("measured on \(MachineDescription.text)\n")
        Console.say("| what | measured | wanted |\n|---|---|---|")
        var configuration = StackConfiguration(
            executables: executables ?? Console.ownFolder,
            state: state,
            gatewayPort: 0
        )
        configuration.keepNoAnswers()
        let begin = ContinuousClock().now
        let ignore: @Sendable (StackEvent) -> Void = { _ in }
        try await withLocalStack(configuration, report: ignore) { stack in
            try await stack.waitUntilReady()
            row(
                "start of six processes until ready, first start",
                "\(begin.duration(to: .now).text(.seconds)) s",
                "< 3 s"
            )
            let gateway = GatewayClient(baseURL: stack.gatewayURL)
            let lines = try await RecordsFile.text(of: file)
            try await measureImport(lines, gateway, stack)
            try await measureSearch(try SearchMix(lines: lines), gateway)
            try await measureMemory(stack)
        }
        let comparison = try await BcryptComparison.run(program: bcrypt)
        row(
            "bcrypt check at cost 12, ratio to libxcrypt from C, medians of 7 interleaved rounds",
            "\(rounded(comparison.ratio, 1000)) (\(rounded(comparison.swiftMilliseconds, 10)) ms to "
                + "\(rounded(comparison.cMilliseconds, 10)) ms)",
            "≤ 1.05"
        )
    }

    private func measureImport(_ lines: String, _ gateway: GatewayClient, _ stack: LocalStack) async throws {
        let accounts = try DemoAccount.read(stack.layout)
        guard let shelter = accounts.first(where: { $0.role == "shelter" }) else { return }
        let token = try await gateway.logIn(email: shelter.email, password: shelter.password)
        let buffer = ByteBuffer(string: lines)
        let chunkSize = 128 * 1024
        let chunks = stride(from: 0, to: buffer.readableBytes, by: chunkSize).compactMap { start in
            buffer.getSlice(at: start, length: min(chunkSize, buffer.readableBytes - start))
        }
        let begin = ContinuousClock().now
        let reply = try await gateway.upload(
            "/v1/listings/import",
            mediaType: "application/x-ndjson",
            token: token,
            chunks: AsyncStream(bufferingPolicy: .bufferingOldest(chunks.count)) { continuation in
                for chunk in chunks { continuation.yield(chunk) }
                continuation.finish()
            }
        )
        guard reply.status == 200 else { throw StackFailure("the import failed: \(reply.text)") }
        let count = lines.utf8.count { $0 == UInt8(ascii: "\n") }
        row("import of \(count) records through the gateway", "\(begin.duration(to: .now).text(.seconds)) s", "< 10 s")
    }

    private func measureSearch(_ mix: SearchMix, _ gateway: GatewayClient) async throws {
        let summary = await OpenLoopLoad(rate: rate, duration: .seconds(seconds)).run { number in
            let reply = try await gateway.send(.get, mix.path(number))
            guard reply.status == 200 else { throw StackFailure("\(reply.status)") }
        }
        let what = "search at \(rate)/s for \(seconds) s, \(summary.requests) requests"
        row("\(what): p50", "\(summary.percentile(0.5).text(.milliseconds)) ms", "≤ 3 ms")
        row("\(what): p99", "\(summary.percentile(0.99).text(.milliseconds)) ms", "≤ 15 ms")
        row("\(what): failures", "\(summary.failures.count)", "0")
    }

    private func measureMemory(_ stack: LocalStack) async throws {
        try await Task.sleep(for: .seconds(3))
        let sizes = stack.processNames.compactMap { name in
            stack.processID(of: name).flatMap(ResidentMemory.kibibytes).map { (name, $0 / 1024) }
        }
        let detail = sizes.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        row(
            "resident memory, all processes, idle after the search",
            "\(sizes.map(\.1).reduce(0, +)) MiB (\(detail))",
            "≤ 250 MiB"
        )
        let proportional = stack.processNames.compactMap { name in
            stack.processID(of: name).flatMap(ResidentMemory.proportionalKibibytes)
        }
        row("of that, with shared pages counted once", "\(proportional.reduce(0, +) / 1024) MiB", "–")
    }

    private func row(_ what: String, _ measured: String, _ wanted: String) {
        Console.say("| \(what) | \(measured) | \(wanted) |")
    }

    private func rounded(_ value: Double, _ factor: Double) -> Double {
        (value * factor).rounded() / factor
    }
}
