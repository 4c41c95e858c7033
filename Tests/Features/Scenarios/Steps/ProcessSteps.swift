import FoundationEssentials
import Gherkin
import HTTPTypes
import LocalStack
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Killing processes, and what must not come of it.
enum ProcessSteps {
    static func define(in steps: inout StepRegistry<ScenarioWorld>) {
        defineLoad(in: &steps)
        steps.define("the process {string} is killed") { world, arguments in
            try expect(world.stack.signal(try arguments.string(0), SIGKILL), "the process is not running")
        }
        steps.define("all {word} processes are killed") { world, arguments in
            let service = try arguments.string(0)
            for name in world.stack.processNames where name.hasPrefix(service) {
                try expect(world.stack.signal(name, SIGKILL), "\(name) is not running")
            }
        }
        steps.define("the stack says that {string} was ended by signal {int} and is started again") {
            world,
            arguments in
            let start = "\(try arguments.string(0)) was ended by signal \(try arguments.int(1)); it is started again in"
            try await eventually("the line \(start)", holds: { world.events.lines.contains { $0.hasPrefix(start) } })
        }
        steps.define("{int} people sign up while mail-worker-1 is killed {int} times") { world, arguments in
            try await signUpUnderFire(people: try arguments.int(0), kills: try arguments.int(1), world)
        }
    }

    private static func defineLoad(in steps: inout StepRegistry<ScenarioWorld>) {
        steps.define("{string} is killed in the middle of {int} searches a second for {int} seconds") {
            world,
            arguments in
            let victim = try arguments.string(0)
            let rate = try arguments.int(1)
            let duration = try arguments.int(2)
            let gateway = GatewayClient(baseURL: world.stack.gatewayURL)
            let stack = world.stack
            let path = "/v1/listings?jurisdiction=\(world.board)&q=cat"
            let half = rate * duration / 2
            let summary = await OpenLoopLoad(rate: rate, duration: .seconds(duration)).run { number in
                if number == half { stack.signal(victim, SIGKILL) }
                let reply = try await gateway.send(.get, path)
                guard reply.status == 200 else { throw ExpectationFailed(description: "\(reply.status) \(reply.text)") }
            }
            world.notes["requests"] = "\(summary.requests)"
            world.notes["failures"] = summary.failures.prefix(3).joined(separator: "; ")
            world.notes["failed"] = "\(summary.failures.count)"
        }
        steps.define("all {int} searches were answered") { world, arguments in
            try expect("the number of searches", world.notes["requests"] ?? "", is: "\(try arguments.int(0))")
            try expect(
                world.notes["failed"] == "0",
                "\(world.notes["failed"] ?? "?") failed: \(world.notes["failures"] ?? "")"
            )
        }
    }

    /// Signs people up one after the other and kills the worker again and again as soon as it is back.
    private static func signUpUnderFire(people: Int, kills: Int, _ world: ScenarioWorld) async throws {
        let every = max(1, people / kills)
        for number in 1...people {
            let written = "person\(number)@example.org"
            let body = try jsonObject([
                "email": world.address(written), "name": "Person \(number)", "password": Person.usualPassword,
            ])
            try await world.send(.post, "/v1/accounts", json: body)
            try expect("the sign-up's status", try world.last.reply.status, is: 202)
            world.people[written] = Person(email: world.address(written), password: Person.usualPassword)
            guard number.isMultiple(of: every) else { continue }
            try await eventually("the kill", holds: { world.stack.signal("mail-worker-1", SIGKILL) })
        }
    }
}
