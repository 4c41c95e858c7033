import Resilience
import TestSupport
import Testing

@Suite struct CircuitBreakerPropertyTests {
    /// 150 000 steps in which calls start, end late, twice or never, and time passes, in random order.
    @Test(arguments: [321, 322, 323] as [UInt64])
    func agreesWithAPlainModel(_ seed: UInt64) {
        var run = Run(seed: seed)
        for step in 0..<50_000 {
            if let difference = run.step() {
                Issue.record("seed \(seed), step \(step): \(difference)")
                return
            }
        }
        #expect(
            run.openings > 100 && run.closings > 20 && run.late > 100 && run.ignoredProbes > 20 && run.forgiven > 20,
            """
            seed \(seed): \(run.openings) openings, \(run.closings) closings, \(run.late) late, \(run.ignoredProbes) \
            ignored, \(run.forgiven) forgiven
            """
        )
    }
}

/// One random history, told to the breaker and to the model alike.
private struct Run {
    private typealias Call = (permit: CircuitBreaker.Permit, pass: CircuitBreakerModel.Pass)

    private(set) var openings = 0
    private(set) var closings = 0
    private(set) var late = 0
    private(set) var ignoredProbes = 0
    /// Slow calls that are good ones, since others were refused.
    private(set) var forgiven = 0
    private var generator: SeededGenerator
    private var breaker = CircuitBreaker()
    private var model = CircuitBreakerModel()
    private var time = Duration.zero
    private var calls: [Call] = []
    private var failurePercent = 50

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Makes one step; returns what the breaker did otherwise than the model.
    mutating func step() -> String? {
        switch Int.random(in: 0..<1000, using: &generator) {
        case 0..<10:
            failurePercent = [0, 10, 45, 55, 90].randomElement(using: &generator) ?? 0
            return nil
        case 10..<14:
            time += .seconds(Int.random(in: 0...30, using: &generator))
            return nil
        case 14..<400:
            time += .milliseconds(Int.random(in: 0...200, using: &generator))
            return nil
        case 400..<720: return admit()
        default: return finish()
        }
    }

    private mutating func admit() -> String? {
        let answer = breaker.admit(at: time)
        let expected = model.ask(at: time)
        switch (answer, expected) {
        case (.refused(let actual), .wait(let wanted)):
            return actual == wanted ? nil : "refused for \(String(describing: actual)), expected \(expected)"
        case (.admitted(let permit, let change), .pass(let pass, let startsTesting)):
            calls.append((permit, pass))
            return (change == .halfOpened) == startsTesting && (change == nil) != startsTesting
                ? nil : "changed \(String(describing: change)), expected \(expected)"
        default: return "answered \(answer), expected \(expected)"
        }
    }

    private mutating func finish() -> String? {
        guard !calls.isEmpty else { return nil }
        let index = Int.random(in: 0..<calls.count, using: &generator)
        // One in fifty stays and is finished again.
        let call =
            Int.random(in: 0..<50, using: &generator) == 0 && breaker.phase == .halfOpen
            ? calls[index] : calls.remove(at: index)
        let outcome = outcome()
        let phase = breaker.phase
        let change = breaker.finish(call.permit, as: outcome, at: time, using: &generator)
        forgiven += outcome == .slow && model.isCrowded(at: time) ? 1 : 0
        let expected = model.tell(call.pass, outcome, at: time)
        late += phase != .closed && change == nil ? 1 : 0
        ignoredProbes += phase == .halfOpen && outcome == .ignored ? 1 : 0
        switch (change, expected) {
        case (nil, .none): return nil
        case (.closed, .calms):
            closings += 1
            return nil
        case (.opened(let duration), .trips(let middle)):
            openings += 1
            model.stayTripped(until: time + duration)
            return (middle * 0.8...middle * 1.2).contains(duration) ? nil : "opened for \(duration), not \(middle)"
        default: return "changed \(String(describing: change)), expected \(expected)"
        }
    }

    private mutating func outcome() -> CircuitBreaker.Outcome {
        let isBad = Int.random(in: 0..<100, using: &generator) < failurePercent
        // Refusals are rare, so that there are windows without one.
        if Int.random(in: 0..<500, using: &generator) == 0 { return .refused }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: return .ignored
        case 1..<4: return isBad ? .slow : .success
        default: return isBad ? .failure : .success
        }
    }
}
