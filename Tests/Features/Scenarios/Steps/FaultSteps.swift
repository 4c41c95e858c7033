import Gherkin
import LocalStack

/// Faults under load, and what may be felt of them.
enum FaultSteps {
    private static let unavailable = "503 application/problem+json"

    static let all: StepRegistry<FaultWorld> = {
        var steps = StepRegistry<FaultWorld>()
        steps.define("{int} searches a second go on while {word}: {string}") { world, arguments in
            try expect("the searches a second", "\(ChaosSettings.rate)", is: "\(try arguments.int(0))")
            try await world.play(try arguments.string(1))
            let result = try world.result
            try expect("what was done", result.what, is: try arguments.string(2))
            try expect(result.failuresBefore == 0, "\(result.failuresBefore) searches failed before the fault")
            try expect(result.requests > ChaosSettings.rate, "only \(result.requests) searches were sent")
        }
        defineFailures(in: &steps)
        defineSlowness(in: &steps)
        defineLeftovers(in: &steps)
        return steps
    }()

    private static func defineFailures(in steps: inout StepRegistry<FaultWorld>) {
        steps.define("no search fails") { world, _ in
            let result = try world.result
            try expect(result.failures.isEmpty, "of \(result.requests) searches failed: \(text(result.failures))")
        }
        steps.define("every search that fails is answered with 503 and a problem") { world, _ in
            let result = try world.result
            let others = result.failures.filter { $0.kind != unavailable }
            try expect(others.isEmpty, "of \(result.requests) searches failed otherwise: \(text(others))")
        }
        steps.define("no search fails after {int} seconds") { world, arguments in
            let result = try world.result
            guard let last = result.lastFailure else { return }
            try expect(last < Double(try arguments.int(0)), "the last one failed after \(last) s")
        }
        steps.define("at least {int} percent of what can be answered is") { world, arguments in
            let percent = try world.figure(.goodput) * 100
            try expect(percent >= Double(try arguments.int(0)), "it was \(percent) percent")
        }
        // One in a hundred for both ends of the count.
        steps.define("the search processes see at most {int} percent of the searches and {int} requests a second") {
            let share = Double(try $1.int(0)) / 100
            let more = Double(try $1.int(1)) * (try $0.figure(.seconds))
            let allowed = (try $0.figure(.searches) * share + more) * 1.01
            let calls = try $0.figure(.calls)
            try expect(calls <= allowed, "they saw \(Int(calls)) requests; allowed are \(Int(allowed))")
        }
    }

    private static func defineSlowness(in steps: inout StepRegistry<FaultWorld>) {
        steps.define("the odd one is asked at least once, and by fewer than {int} searches") { world, arguments in
            let calls = try world.figure(.standInCalls)
            try expect(calls >= 1 && calls < Double(try arguments.int(0)), "it was asked \(Int(calls)) times")
        }
        steps.define("the p99 of searches stays below twice the normal one and {int} ms") { world, arguments in
            let result = try world.result
            let limit = result.p99Before * 2 + Double(try arguments.int(0))
            try expect(result.p99During < limit, "it was \(result.p99During) ms, before \(result.p99Before) ms")
        }
    }

    private static func defineLeftovers(in steps: inout StepRegistry<FaultWorld>) {
        steps.define("{int} processes are replaced") { try expectFigure($0, .restarts, try $1.int(0)) }
        steps.define("{int} connections could be opened") { try expectFigure($0, .connections, try $1.int(0)) }
        steps.define("{int} slow clients are sent away in time") { world, arguments in
            try expectFigure(world, .closedInTime, try arguments.int(0))
            try expectFigure(world, .closedLate, 0)
            try expectFigure(world, .refused, 0)
        }
        steps.define("{int} clients of the route are answered, {int} are held, {int} connections are left") {
            try expectFigure($0, .answered, try $1.int(0))
            try expectFigure($0, .held, try $1.int(1))
            try expectFigure($0, .leaked, try $1.int(2))
        }
        steps.define("the gateway has at most {int} descriptors more than before the load") { world, arguments in
            let growth = try world.figure(.descriptorGrowth)
            try expect(growth <= Double(try arguments.int(0)), "it has \(Int(growth)) more")
        }
        steps.define("the gateway holds less than {int} MiB more than before the connections") { world, arguments in
            let growth = try world.figure(.memoryGrowth)
            try expect(growth < Double(try arguments.int(0)), "it holds \(growth) MiB more")
        }
    }

    private static func expectFigure(_ world: FaultWorld, _ name: FaultFigure, _ expected: Int) throws {
        try expect("the figure \(name)", "\(Int(try world.figure(name)))", is: "\(expected)")
    }

    private static func text(_ failures: [FaultReport.Failure]) -> String {
        failures.map { "\($0.count) × \($0.kind)" }.joined(separator: ", ")
    }
}
