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
        steps.define("the process {string} is killed") { world, arguments in
            try expect(try world.stack.processes.signal(try arguments.string(0), SIGKILL), "the process is not running")
        }
        steps.define("all {word} processes are killed") { world, arguments in
            try await world.stack.damage.kill(try arguments.string(0))
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

    /// Signs people up one after the other and kills the worker again and again as soon as it is back.
    private static func signUpUnderFire(people: Int, kills: Int, _ world: ScenarioWorld) async throws {
        let stack = try world.stack.processes
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
            try await eventually("the kill", holds: { stack.signal("mail-worker-1", SIGKILL) })
        }
    }
}
