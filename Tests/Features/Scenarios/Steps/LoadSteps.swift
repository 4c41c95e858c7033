import FoundationEssentials
import Gherkin
import HTTPTypes
import LocalStack

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Searches at a fixed rate, whether or not earlier ones are answered, and what is done in the middle of them.
enum LoadSteps {
    /// What is done with the search in the middle of a load, and with the one that is due some seconds later.
    private struct Fault: Sendable {
        var begin: @Sendable (LocalStack) async throws -> Void
        var seconds = 0
        var end: @Sendable (LocalStack) async throws -> Void = { _ in }
    }

    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        defineProcessFaults(in: &steps)
        defineRegistryFaults(in: &steps)
        steps.define("all {int} searches were answered") { world, arguments in
            try expect("the number of searches", world.notes["requests"] ?? "", is: "\(try arguments.int(0))")
            try expect(
                world.notes["failed"] == "0",
                "\(world.notes["failed"] ?? "?") failed: \(world.notes["failures"] ?? "")"
            )
        }
        steps.define("it was asked, and fewer than {int} times") { world, arguments in
            let calls = Int(world.notes["calls"] ?? "") ?? 0
            try expect(calls > 0 && calls < (try arguments.int(0)), "it was asked \(calls) times")
        }
    }

    private static func defineProcessFaults(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("{string} is killed in the middle of {int} searches a second for {int} seconds") {
            let victim = try $1.string(0)
            let fault = Fault(begin: { $0.signal(victim, SIGKILL) })
            try await search($0, rate: try $1.int(1), seconds: try $1.int(2), fault)
        }
        steps.define("{string} is frozen for {int} seconds in the middle of {int} searches a second for {int} seconds")
        {
            let victim = try $1.string(0)
            let fault = Fault(
                begin: { $0.signal(victim, SIGSTOP) },
                seconds: try $1.int(1),
                end: { $0.signal(victim, SIGCONT) }
            )
            try await search($0, rate: try $1.int(2), seconds: try $1.int(3), fault)
        }
        steps.define(
            "a search process that refuses everything joins in the middle of {int} searches a second for {int} seconds"
        ) {
            let behaviour = StandInReplica.Behaviour(time: .zero, refusedPercent: 100)
            try await search($0, rate: try $1.int(0), seconds: try $1.int(1), behaviour)
        }
        steps.define(
            "a search process that takes {int} ms joins in the middle of {int} searches a second for {int} seconds"
        ) {
            let behaviour = StandInReplica.Behaviour(time: .milliseconds(try $1.int(0)))
            try await search($0, rate: try $1.int(1), seconds: try $1.int(2), behaviour)
        }
    }

    private static func defineRegistryFaults(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define(
            "the registry goes away for {int} seconds in the middle of {int} searches a second for {int} seconds"
        ) {
            let fault = Fault(
                begin: {
                    let directory = $0.layout.registry
                    try FileManager.default.moveItem(atPath: directory, toPath: directory + ".away")
                },
                seconds: try $1.int(0),
                end: {
                    let directory = $0.layout.registry
                    // A renewal may have made it anew meanwhile, with what it knows.
                    try? FileManager.default.removeItem(atPath: directory)
                    try FileManager.default.moveItem(atPath: directory + ".away", toPath: directory)
                }
            )
            try await search($0, rate: try $1.int(1), seconds: try $1.int(2), fault)
        }
    }

    /// Searches with a stand-in that joins in the middle.
    private static func search(
        _ world: ScenarioWorld,
        rate: Int,
        seconds: Int,
        _ behaviour: StandInReplica.Behaviour
    ) async throws {
        let standIn = StandInReplica(id: "stand-in", behaviour)
        let result: Result<Void, any Error>
        do {
            let fault = Fault(begin: { try await $0.register(standIn) })
            result = .success(try await search(world, rate: rate, seconds: seconds, fault))
        } catch {
            result = .failure(error)
        }
        world.notes["calls"] = "\(standIn.calls)"
        try await standIn.stop()
        try result.get()
    }

    private static func search(_ world: ScenarioWorld, rate: Int, seconds: Int, _ fault: Fault) async throws {
        let gateway = GatewayClient(baseURL: world.stack.gatewayURL)
        let stack = try world.stack.processes
        let path = "/v1/listings?jurisdiction=\(world.board)&q=cat"
        let begin = rate * seconds / 2
        let summary = await OpenLoopLoad(rate: rate, duration: .seconds(seconds)).run { number in
            if number == begin { try await fault.begin(stack) }
            if number == begin + rate * fault.seconds { try await fault.end(stack) }
            let reply = try await gateway.send(.get, path)
            guard reply.status == 200 else { throw ExpectationFailed(description: "\(reply.status) \(reply.text)") }
        }
        world.notes["requests"] = "\(summary.requests)"
        world.notes["failures"] = summary.failures.prefix(3).joined(separator: "; ")
        world.notes["failed"] = "\(summary.failures.count)"
    }
}
