import FoundationEssentials

/// Plays one fault on a stack of its own, under load.
package struct FaultRun: Sendable {
    /// The first requests open connections and fill caches; they say nothing of what is normal.
    private static let warmUp = Duration.seconds(3)

    private let name: FaultName
    private let settings: ChaosSettings

    package init(name: FaultName, settings: ChaosSettings) {
        self.name = name
        self.settings = settings
    }

    /// What people felt of the fault.
    ///
    /// - Throws: `StackFailure` when the stack does not start, or the fault cannot be made.
    package func measure() async throws -> FaultResult {
        let state = "\(settings.scratch)-\(name.rawValue)"
        defer { try? FileManager.default.removeItem(atPath: state) }  // The system cleans up what is left.
        let fault = name.fault(settings)
        var configuration = StackConfiguration(executables: settings.executables, state: state, gatewayPort: 0)
        configuration.search = ChaosSettings.replicas
        configuration.keepNoAnswers()
        try await fault.adjust(&configuration)
        return try await withLocalStack(configuration, report: tell) { stack in
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
        let record = await sent
        return FaultResult(
            name: name.rawValue,
            what: fault.what,
            promise: fault.promise,
            findings: try await fault.settle(stack, findings),
            record: record,
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

    @Sendable private func tell(_ event: StackEvent) {
        guard case .ended = event else { return }
        settings.note("\(event)")
    }
}
