import Discovery
import TestSupport
import Testing

@testable import LoadBalancing

@Suite struct PoolStatePropertyTests {
    /// 200 000 steps in which sets change, calls start and end, and time passes, in random order.
    @Test(arguments: 201...210 as ClosedRange<UInt64>)
    func agreesWithAPlainModel(_ seed: UInt64) {
        var run = Run(seed: seed)
        for step in 0..<20_000 {
            if let difference = run.step() {
                Issue.record("seed \(seed), step \(step): \(difference)")
                return
            }
        }
        #expect(run.ejections > 20 && run.probes > 20 && run.panics > 20, "seed \(seed): \(run.summary)")
    }
}

/// One random history, told to the pool and to the model alike.
private struct Run {
    private var generator: SeededGenerator
    private var state: PoolState
    private var model = PoolModel()
    private var now = Duration.zero
    private var inFlight: [Endpoint] = []
    private var failing: Set<String> = []
    private(set) var ejections = 0
    private(set) var probes = 0
    private(set) var panics = 0

    private static let ids = (0..<8).map { "replica-\($0)" }

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        let policy: any PickPolicy = seed % 2 == 0 ? RoundRobin() : PowerOfTwoChoices()
        state = PoolState(policy: policy, ejection: EjectionPolicy())
    }

    var summary: String { "\(ejections) ejections, \(probes) probes, \(panics) picks under panic" }

    /// Makes one step; returns what the pool did otherwise than the model.
    mutating func step() -> String? {
        switch Int.random(in: 0..<1000, using: &generator) {
        case 0..<3: return replace()
        case 3..<5: return changeWeather()
        case 5..<20: return expire()
        case 20..<60: return passTime()
        case 60..<530: return call()
        default: return finishCall()
        }
    }

    private mutating func replace() -> String? {
        let set = nextSet()
        return compare(state.replace(with: set, at: now), model.replace(with: set, at: now))
    }

    /// Nobody, a random set, or a present one that has lost mostly replicas that were in use, which leads to panic.
    private mutating func nextSet() -> Set<Endpoint> {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: return []
        case 1, 2: return Set(Self.ids.filter { _ in Bool.random(using: &generator) }.map(Endpoint.named))
        default:
            let staying = state.replicas.filter { replica in
                replica.ejectedUntil != nil || Bool.random(using: &generator)
            }
            return Set(staying.map(\.endpoint))
        }
    }

    private mutating func changeWeather() -> String? {
        failing = Set(Self.ids.filter { _ in Bool.random(using: &generator) })
        return nil
    }

    private mutating func expire() -> String? {
        compare(state.expireHeldSet(at: now), model.expire(at: now))
    }

    private mutating func passTime() -> String? {
        now += .milliseconds(Int.random(in: 0...4000, using: &generator))
        return nil
    }

    private mutating func call() -> String? {
        let excluded = Set(Self.ids.filter { _ in Int.random(in: 0..<6, using: &generator) == 0 })
        let allowed = model.allowed(excluding: excluded, at: now)
        panics += state.isPanicking ? 1 : 0
        guard let picked = state.pick(excluding: excluded, at: now, using: &generator) else {
            return allowed.isEmpty ? nil : "picked nobody of \(allowed)"
        }
        guard allowed.contains(picked) else { return "picked \(picked), allowed are \(allowed)" }
        model.noteCall(to: picked, excluding: excluded, at: now)
        probes += model.replicas[picked]?.hasProbe == true ? 1 : 0
        inFlight.append(picked)
        return compareReplicas()
    }

    private mutating func finishCall() -> String? {
        guard !inFlight.isEmpty else { return nil }
        let endpoint = inFlight.remove(at: Int.random(in: 0..<inFlight.count, using: &generator))
        let outcome = outcome(of: endpoint)
        let changes = state.finish(endpoint, as: outcome, at: now)
        ejections += changes.count { if case .ejected = $0 { true } else { false } }
        return compare(changes, model.finish(endpoint, as: outcome, at: now)) ?? compareReplicas()
    }

    private mutating func outcome(of endpoint: Endpoint) -> EndpointPool.Outcome {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: .ignored
        case 1: .failure
        default: failing.contains(endpoint.id) ? .failure : .success
        }
    }

    private func compare(_ actual: [PoolState.Change], _ expected: [PoolState.Change]) -> String? {
        actual == expected ? nil : "reported \(actual), expected \(expected)"
    }

    private func compareReplicas() -> String? {
        guard state.replicas.map(\.endpoint) == model.replicas.keys.sorted(by: { $0.id < $1.id }) else {
            return "has \(state.replicas.map(\.endpoint)), expected \(model.replicas.keys)"
        }
        return state.replicas.lazy.compactMap { replica -> String? in
            guard let known = model.replicas[replica.endpoint] else { return "unknown \(replica.endpoint)" }
            let isSame =
                replica.outstanding == known.inFlight && replica.consecutiveFailures == known.failuresInARow
                && replica.ejectedUntil == known.backAt
            return isSame ? nil : "\(replica) differs from \(known)"
        }.first
    }
}
