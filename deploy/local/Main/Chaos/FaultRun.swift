import FoundationEssentials
import LocalStack

/// Plays one fault on a stack of its own, under load.
struct FaultRun: Sendable {
    /// The first requests open connections and fill caches; they say nothing of what is normal.
    private static let warmUp = Duration.seconds(3)

    let name: FaultName
    let settings: ChaosSettings

    /// What people felt of the fault.
    ///
    /// - Throws: `StackFailure` when the stack does not start, or the fault cannot be made.
    func measure() async throws -> FaultResult {
        let process = ProcessInfo.processInfo.processIdentifier
        let state = FileManager.default.temporaryDirectory.path + "/clowder-chaos-\(process)-\(name.rawValue)"
        defer { try? FileManager.default.removeItem(atPath: state) }  // The system cleans up what is left.
        let fault = name.fault(settings)
        var configuration = StackConfiguration(executables: settings.executables, state: state, gatewayPort: 0)
        configuration.search = ChaosSettings.replicas
        configuration.keepNoAnswers()
        try await fault.adjust(&configuration)
        return try await withLocalStack(configuration, report: Self.tell) { stack in
            try await stack.waitUntilReady()
            try await loadCatalogue(into: stack)
            do {
                try await fault.prepare(stack)
                let result = try await play(fault, on: stack)
                try await fault.cleanUp()
                return result
            } catch {
                // What went wrong first is what matters.
                try? await fault.cleanUp()
                throw error
            }
        }
    }

    private func play(_ fault: any Fault, on stack: LocalStack) async throws -> FaultResult {
        let load = SteadyLoad(rate: ChaosSettings.rate)
        let probe = SearchProbe(gateway: GatewayClient(baseURL: stack.gatewayURL))
        // What throws below cancels the load, which then ends.
        async let sent = load.run(probe.send)
        try await Task.sleep(for: Self.warmUp)
        let warm = load.elapsed
        try await Task.sleep(for: settings.around)
        let made = load.elapsed
        let findings = try await fault.make(FaultScene(stack: stack, load: load, settings: settings))
        let over = findings.over ?? load.elapsed
        try await Task.sleep(for: settings.around)
        load.stop()
        return FaultResult(
            name: name.rawValue,
            what: fault.what,
            promise: fault.promise,
            findings: findings,
            record: await sent,
            times: FaultResult.Times(warm: warm, made: made, over: over)
        )
    }

    private func loadCatalogue(into stack: LocalStack) async throws {
        let accounts = try DemoAccount.read(stack.layout)
        guard let shelter = accounts.first(where: { $0.role == "shelter" }) else {
            throw StackFailure("there is no shelter account in \(stack.layout.root)")
        }
        _ = try await FirstStart.loadCatalogue(into: GatewayClient(baseURL: stack.gatewayURL), account: shelter)
    }

    @Sendable private static func tell(_ event: StackEvent) {
        guard case .ended = event else { return }
        Console.note("  \(event)")
    }
}
