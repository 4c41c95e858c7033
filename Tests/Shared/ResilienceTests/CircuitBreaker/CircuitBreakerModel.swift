import Resilience

/// The breaker's promises in plain words: every second's counts are kept for ever, sums are taken afresh.
struct CircuitBreakerModel {
    private enum Mood: Equatable {
        case calm
        case tripped(until: Duration)
        case testing
    }

    /// A call that was let through, with the number of the phase in which that was.
    struct Pass: Hashable {
        let era: Int
        let id: Int
    }

    enum Answer: Equatable {
        case pass(Pass, startsTesting: Bool)
        case wait(Duration?)
    }

    private var mood = Mood.calm
    private var era = 0
    private var nextID = 0
    private var good: [Int64: Int] = [:]
    private var bad: [Int64: Int] = [:]
    private var refused: Set<Int64> = []
    private var tripsInARow = 0
    private var tests: [Int: Bool?] = [:]

    mutating func ask(at time: Duration) -> Answer {
        var startsTesting = false
        if case .tripped(let until) = mood {
            if time < until { return .wait(until - time) }
            begin(.testing)
            startsTesting = true
        }
        if mood == .testing && tests.count == 3 { return .wait(nil) }
        nextID += 1
        if mood == .testing { tests[nextID] = .some(nil) }
        return .pass(Pass(era: era, id: nextID), startsTesting: startsTesting)
    }

    /// Whether the breaker now opens, and around which time.
    enum Effect: Equatable {
        case none
        case trips(around: Duration)
        case calms
    }

    mutating func tell(_ pass: Pass, _ outcome: CircuitBreaker.Outcome, at time: Duration) -> Effect {
        guard pass.era == era else { return .none }
        let window = (time.components.seconds - 9)...time.components.seconds
        let outcome = outcome == .slow ? (isCrowded(at: time) ? .success : .failure) : outcome
        if mood == .testing {
            guard case .some(.none) = tests[pass.id] else { return .none }
            switch outcome {
            case .refused:
                refused.insert(time.components.seconds)
                tests[pass.id] = nil
            case .ignored: tests[pass.id] = nil
            case .success: tests[pass.id] = .some(true)
            case .failure, .slow: return trip()
            }
            guard tests.count == 3, tests.values.allSatisfy({ $0 == true }) else { return .none }
            begin(.calm)
            (good, bad, tripsInARow) = ([:], [:], 0)
            return .calms
        }
        switch outcome {
        case .ignored: return .none
        case .refused:
            refused.insert(time.components.seconds)
            return .none
        case .success: good[time.components.seconds, default: 0] += 1
        case .failure, .slow: bad[time.components.seconds, default: 0] += 1
        }
        let goodCalls = window.reduce(0) { $0 + good[$1, default: 0] }
        let badCalls = window.reduce(0) { $0 + bad[$1, default: 0] }
        return goodCalls + badCalls >= 20 && badCalls >= goodCalls ? trip() : .none
    }

    /// Whether a call was refused for load in the window.
    func isCrowded(at time: Duration) -> Bool {
        ((time.components.seconds - 9)...time.components.seconds).contains { refused.contains($0) }
    }

    /// The time that the breaker drew, which the model does not know by itself.
    mutating func stayTripped(until time: Duration) {
        mood = .tripped(until: time)
    }

    private mutating func trip() -> Effect {
        let seconds = [5, 10, 20, 40, 60][min(4, tripsInARow)]
        tripsInARow += 1
        begin(.tripped(until: .zero))
        return .trips(around: .seconds(seconds))
    }

    private mutating func begin(_ next: Mood) {
        mood = next
        era += 1
        tests = [:]
    }
}
