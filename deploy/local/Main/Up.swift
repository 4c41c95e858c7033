import ArgumentParser
import FoundationEssentials
import LocalStack
import UnixSignals

/// Starts the stack and stops it at Ctrl-C.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Starts all services; Ctrl-C stops them.")

    @Option(help: "The gateway's port.")
    var port = 8080

    @Option(help: "How many users processes to start, 1 to 16.")
    var users = 2

    @Option(help: "How many search processes to start, 1 to 16.")
    var search = 2

    @Option(help: "The folder of everything that the stack writes.")
    var state = ".clowder"

    @Option(help: "The folder of the executables; by default that of this one.")
    var executables: String?

    func validate() throws {
        guard (1...65535).contains(port) else { throw ValidationError("PORT must be 1 to 65535; it is \(port)") }
        guard !state.isEmpty else { throw ValidationError("STATE must name a folder") }
        guard (1...16).contains(users), (1...16).contains(search) else {
            throw ValidationError("USERS and SEARCH must be 1 to 16")
        }
    }

    func run() async throws {
        let foreground = ForegroundGroup()
        defer { foreground.leave() }
        do {
            try await start()
        } catch let failure as StackFailure {
            Console.fail(failure.description)
            throw ExitCode(1)
        }
    }

    private func start() async throws {
        try await FreePort.require(port)
        let folder = Console.absolute(state)
        try DiskSpace.require(at: folder)
        var configuration = StackConfiguration(
            executables: executables ?? Console.ownFolder,
            state: folder,
            gatewayPort: port
        )
        configuration.users = users
        configuration.search = search
        let begin = ContinuousClock().now
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let report: @Sendable (StackEvent) -> Void = { Console.say("  \($0)") }
        try await withLocalStack(configuration, report: report) { [users, search] stack in
            Console.say("starting \(2 + users + search) processes …")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await stack.waitUntilReady()
                    let accounts = try DemoAccount.read(stack.layout)
                    let gateway = GatewayClient(baseURL: stack.gatewayURL)
                    if let shelter = accounts.first(where: { $0.role == "shelter" }),
                        try await FirstStart.loadCatalogue(into: gateway, account: shelter)
                    {
                        Console.say("  demo catalogue loaded: \(DemoCatalogue.count) listings")
                    }
                    Console.say(Welcome.text(stack, accounts, startedIn: begin.duration(to: ContinuousClock().now)))
                    try await Task.sleep(for: .seconds(100 * 365 * 24 * 3600))
                }
                group.addTask {
                    for await _ in signals { return }
                }
                try await group.next()
                group.cancelAll()
            }
            Console.say("stopping …")
        }
        Console.say("all processes stopped")
    }
}
