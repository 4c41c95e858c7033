import Resilience
import TestSupport
import Testing

@Suite struct ResponseCachePropertyTests {
    /// 150 000 steps in which callers ask, go away, fetch, fail and give up, and listings change, in random order.
    @Test(arguments: [801, 802, 803] as [UInt64])
    func agreesWithAPlainModel(_ seed: UInt64) {
        var run = Run(seed: seed)
        for step in 0..<50_000 {
            if let difference = run.step() {
                Issue.record("seed \(seed), step \(step): \(difference)")
                return
            }
        }
        let seen = run.seen
        #expect(seen.count == 10 && seen.values.allSatisfy { $0 > 50 }, "seed \(seed): \(seen)")
    }
}

/// One random history, told to the cache and to the model alike.
private struct Run {
    private typealias State = ResponseCacheState<Int, String>

    /// How often each answer and ending was seen.
    private(set) var seen: [String: Int] = [:]
    private var generator: SeededGenerator
    private var state = State(maximumBytes: 4000, maximumFollowers: 3)
    private var model = ResponseCacheModel(maximumBytes: 4000, maximumWaiting: 3)
    private var time = 0
    private var lastCaller = 0
    private var fills: [(fill: State.Fill, caller: Int)] = []
    private var followers: [(follower: State.Follower, caller: Int)] = []

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Makes one step; returns what the cache did otherwise than the model.
    mutating func step() -> String? {
        switch Int.random(in: 0..<1000, using: &generator) {
        case 0..<4:
            state.invalidateAll()
            model.invalidate { _ in true }
        case 4..<20:
            let key = randomKey()
            state.invalidate(key)
            model.invalidate { $0 == key }
        case 20..<60: leave()
        case 60..<250: time += Int.random(in: 0...4, using: &generator)
        case 250..<700: return ask()
        default: return end()
        }
        return compareContents()
    }

    private mutating func ask() -> String? {
        lastCaller += 1
        let key = randomKey()
        let expected = model.ask(key, caller: lastCaller, at: time)
        let actual = read(state.lookUp(key, at: .seconds(time)))
        seen[name(of: actual), default: 0] += 1
        return actual == expected ? compareContents() : "answered \(actual), expected \(expected)"
    }

    /// Puts a lookup into the model's words and keeps the tokens that it holds.
    private mutating func read(_ lookup: State.Lookup) -> ResponseCacheModel.Answer {
        switch lookup {
        case .serve(let value, let age):
            return .value(value, age: Int(age.components.seconds))
        case .serveStale(let value, let age):
            return .stale(value, age: Int(age.components.seconds), fetches: false)
        case .serveStaleAndRevalidate(let value, let age, let fill):
            fills.append((fill, lastCaller))
            return .stale(value, age: Int(age.components.seconds), fetches: true)
        case .lead(let fill, let stale):
            fills.append((fill, lastCaller))
            return .fetches(old: stale)
        case .follow(let follower):
            followers.append((follower, lastCaller))
            return .waits
        case .refuse:
            return .refused
        }
    }

    private mutating func end() -> String? {
        guard !fills.isEmpty else { return nil }
        let index = Int.random(in: 0..<fills.count, using: &generator)
        // One in twenty is completed again later.
        let isKept = Int.random(in: 0..<20, using: &generator) == 0
        let (fill, caller) = isKept ? fills[index] : fills.remove(at: index)
        let result = result(of: caller)
        let expected = model.end(leader: caller, with: result, at: time)
        let completion = state.complete(fill, with: result, at: .seconds(time))
        let actual = read(completion)
        seen[name(of: actual), default: 0] += 1
        return actual == expected ? compareContents() : "ended with \(actual), expected \(expected)"
    }

    private mutating func result(of caller: Int) -> State.FillResult {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0...1: return .abandoned
        case 2...4: return .failed
        default:
            let times = (0..<3).map { _ in Duration.seconds(Int.random(in: 0...8, using: &generator)) }
            let lifetime = ResponseLifetime(fresh: times[0], staleWhileRevalidate: times[1], staleIfError: times[2])
            let isShort = Int.random(in: 0..<10, using: &generator) == 0
            let bytes = Int.random(in: 0...1500, using: &generator)
            return .fetched("by \(caller)", bytes: isShort ? bytes * 4 : bytes, lifetime: isShort ? .none : lifetime)
        }
    }

    private mutating func read(_ completion: State.Completion) -> ResponseCacheModel.Ending {
        switch completion {
        case .deliver(let value, let waiting): return .all(value, waiting: callers(of: waiting))
        case .deliverStale(let value, let age, let waiting):
            return .allStale(value, age: Int(age.components.seconds), waiting: callers(of: waiting))
        case .fail(let waiting): return .allFail(waiting: callers(of: waiting))
        case .promote(let follower, let fill):
            let caller = callers(of: [follower]).first ?? 0
            fills.append((fill, caller))
            return .nextLeader(caller)
        case .nothing: return .nothing
        }
    }

    private mutating func leave() {
        guard !followers.isEmpty else { return }
        let (follower, caller) = followers.remove(at: Int.random(in: 0..<followers.count, using: &generator))
        state.leave(follower)
        model.leave(caller)
    }

    private mutating func callers(of told: [State.Follower]) -> [Int] {
        let callers = told.map { follower in followers.first { $0.follower == follower }?.caller ?? 0 }
        followers.removeAll { told.contains($0.follower) }
        return callers
    }

    private mutating func randomKey() -> Int {
        Int.random(in: 0..<8, using: &generator)
    }

    private func name(of answer: Any) -> String {
        String(String(describing: answer).prefix { $0 != "(" })
    }

    private func compareContents() -> String? {
        let actual = (state.count, state.bytes, state.fills)
        let expected = (model.stored.count, model.bytes, model.flights.count)
        return actual == expected ? nil : "holds \(actual), expected \(expected)"
    }
}
