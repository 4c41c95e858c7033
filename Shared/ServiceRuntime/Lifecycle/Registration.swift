import Discovery
import Logging
import Metrics
import ServiceLifecycle

/// Keeps a replica registered from the moment it is ready until it is told to stop.
///
/// At graceful shutdown the replica is taken out of the registry and goes on serving for the lame-duck time, so that
/// callers who do not know yet still get answers; only then is the listener closed. Leases that could not be renewed are
/// counted: `clowder_registry_renewal_failures_total`.
struct Registration: Service {
    let registry: any ServiceRegistry
    let service: ServiceName
    let instanceID: String
    let host: String
    let operationsHost: String
    let port: ListenerPort
    let operationsPort: ListenerPort
    let readiness: Readiness
    let lameDuck: Duration

    private var operationsService: ServiceName? { ServiceName("\(service)-operations") }

    func run() async throws {
        guard let port = await port.wait(), let operationsPort = await operationsPort.wait() else { return }
        let endpoint = Endpoint(id: instanceID, host: host, port: port)
        let operations = Endpoint(id: instanceID, host: operationsHost, port: operationsPort)
        // Shutdown ends the waiting and the renewing; both are undone below.
        try? await cancelWhenGracefulShutdown {
            await renewOperations(operations)
            try await waitUntilChecksPass(operations)
            readiness.enter(.serving)
            Logger.current.info("service ready", metadata: ["address": "\(endpoint.authority)"])
            try await renew(endpoint, operations)
        }
        await withdraw(endpoint, operations)
    }

    /// Says what is missing when it takes longer than a second, and again whenever that changes.
    private func waitUntilChecksPass(_ operations: Endpoint) async throws {
        var told: [Readiness.Finding] = []
        var looks = 0
        let clock = ContinuousClock()
        var renewal = clock.now.advanced(by: registry.leaseDuration / 3)
        while true {
            let failing = await readiness.freshFindings().filter { !$0.ok }
            guard !failing.isEmpty else { return }
            looks += 1
            if looks > 20, failing != told {
                told = failing
                let causes = failing.map { "\($0.name): \($0.detail ?? "failed")" }
                Logger.current.warning("service not ready", metadata: ["checks": .array(causes.map { "\($0)" })])
            }
            try await Task.sleep(for: .milliseconds(50))
            guard clock.now >= renewal else { continue }
            renewal = clock.now.advanced(by: registry.leaseDuration / 3)
            await renewOperations(operations)
        }
    }

    private func renew(_ endpoint: Endpoint, _ operations: Endpoint) async throws {
        while !Task.isCancelled {
            do {
                try await registry.register(endpoint, as: service)
            } catch {
                tellFailure(error)
            }
            await renewOperations(operations)
            try await Task.sleep(for: registry.leaseDuration / 3)
        }
    }

    private func renewOperations(_ operations: Endpoint) async {
        guard let operationsService else { return }
        do {
            try await registry.register(operations, as: operationsService)
        } catch {
            tellFailure(error)
        }
    }

    private func tellFailure(_ error: any Error) {
        Logger.current.warning("lease cannot be renewed; trying again", metadata: ["error": "\(error)"])
        Counter(label: "clowder_registry_renewal_failures_total").increment()
    }

    private func withdraw(_ endpoint: Endpoint, _ operations: Endpoint) async {
        readiness.enter(.draining)
        do {
            try await registry.deregister(endpoint, from: service)
            if let operationsService { try await registry.deregister(operations, from: operationsService) }
        } catch {
            Logger.current.warning("lease cannot be removed; it runs out by itself", metadata: ["error": "\(error)"])
        }
        Logger.current.info("service draining", metadata: ["lame-duck": "\(lameDuck)"])
        try? await Task.sleep(for: lameDuck)  // Cancellation ends the lame-duck time early, as it should.
    }
}
