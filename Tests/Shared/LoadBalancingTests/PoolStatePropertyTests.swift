import Discovery
import TestSupport
import Testing

@testable import LoadBalancing

@Suite struct PoolStatePropertyTests {
    /// 360 000 steps in which sets change, calls start and end, and time passes, in random order; two runs a policy.
    @Test(arguments: 201...212 as ClosedRange<UInt64>)
    func agreesWithAPlainModel(_ seed: UInt64) {
        var run = Run(seed: seed)
        for step in 0..<30_000 {
            if let difference = run.step() {
                Issue.record("seed \(seed), step \(step): \(difference)")
                return
            }
        }
        #expect(run.tally.isRich, "seed \(seed): \(run.tally)")
    }
}

/// How often what matters happened, so that a history in which nothing happens is no proof.
private struct Tally {
    var ejections: [EjectionReason: Int] = [:]
    var returns = 0
    var probes = 0
    var panicPicks = 0
    var heldSets = 0
    var prolongedSets = 0
    var oldOutcomes = 0

    var isRich: Bool {
        ejections.count == 3 && ejections.values.reduce(0, +) > 20 && returns > 5 && probes > 20 && panicPicks > 20
            && heldSets > 1 && prolongedSets > 0 && oldOutcomes > 20
    }

    mutating func count(_ changes: [PoolState.Change]) {
        for change in changes {
            switch change {
            case .ejected(_, _, let reason): ejections[reason, default: 0] += 1
            case .returned: returns += 1
            case .setHeld: heldSets += 1
            case .heldSetProlonged: prolongedSets += 1
            default: break
            }
        }
    }
}

/// One random history, told to the pool and to the model alike.
private struct Run {
    private var random: SeededGenerator
    private var generator: PickGenerator
    private var state: PoolState
    private var model = PoolModel()
    private var now = Duration.zero
    private var inFlight: [(number: Int, pick: Pick)] = []
    private var callCount = 0
    private var failing: [String: Int] = [:]
    /// Those who answer with an error where they fail.
    private var erring: Set<String> = []
    private(set) var tally = Tally()

    private static let ids = (0..<6).map { "replica-\($0)" }
    private static let policies: [any PickPolicy] = [
        PowerOfTwoChoices(), LeastOutstanding(), RoundRobin(), WeightedRoundRobin(), UniformRandom(), ConsistentHash(),
    ]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        generator = PickGenerator(seed: seed)
        let policy = Self.policies[Int(seed) % Self.policies.count]
        state = PoolState(policy: policy, ejection: EjectionPolicy())
    }

    /// Makes one step; returns what the pool did otherwise than the model.
    mutating func step() -> String? {
        switch Int.random(in: 0..<1000, using: &random) {
        case 0..<2: replace()
        case 2..<5: changeWeather()
        case 5..<30: tick()
        case 30..<130: passTime()
        case 130..<565: call()
        default: finishCall()
        }
    }

    private mutating func replace() -> String? {
        let set = nextSet()
        return compare(state.replace(with: set, at: now), model.replace(with: set, at: now))
    }

    /// Nobody, a random set, or a present one that has lost mostly replicas that were in use, which leads to panic.
    private mutating func nextSet() -> Set<Endpoint> {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return []
        case 1, 2, 3:
            let ids = Self.ids.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
            return Set(ids.map { .named($0, weight: Int.random(in: 1...2, using: &random)) })
        case 4: return Set(Self.ids.shuffled(using: &random).prefix(2).map { .named($0) })
        default:
            let staying = state.replicas.filter { replica in
                replica.health.isEjected || Int.random(in: 0..<3, using: &random) == 0
            }
            return Set(staying.map(\.endpoint))
        }
    }

    /// Each replica works, fails now and then, or fails always, with or without an answer, until the next change.
    private mutating func changeWeather() -> String? {
        for id in Self.ids { failing[id] = [1, 1, 1, 30, 100].randomElement(using: &random) }
        erring = Set(Self.ids.filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
        return nil
    }

    private mutating func tick() -> String? {
        compare(state.tick(at: now), model.tick(at: now)) ?? compareReplicas()
    }

    private mutating func passTime() -> String? {
        now += .milliseconds(Int.random(in: 0...6000, using: &random))
        return nil
    }

    private mutating func call() -> String? {
        let excluded = Set(Self.ids.filter { _ in Int.random(in: 0..<6, using: &random) == 0 })
        let allowed = model.allowed(excluding: excluded, at: now)
        let key = AffinityKey(hash: random.next())
        guard let pick = state.pick(excluding: excluded, for: key, at: now, using: &generator) else {
            return allowed.ids.isEmpty ? nil : "picked nobody of \(allowed.ids)"
        }
        guard allowed.ids.contains(pick.endpoint.id), pick.isProbe == allowed.isProbe else {
            return "picked \(pick), allowed are \(allowed)"
        }
        if let broken = brokenPromise(by: pick, excluding: excluded) { return broken }
        callCount += 1
        model.begin(callCount, to: pick.endpoint.id, isProbe: pick.isProbe, at: now)
        inFlight.append((callCount, pick))
        tally.probes += pick.isProbe ? 1 : 0
        tally.panicPicks += pick.isPanic ? 1 : 0
        return compareReplicas()
    }

    /// What must hold of a pick whatever the model says.
    private func brokenPromise(by pick: Pick, excluding excluded: Set<String>) -> String? {
        guard let replica = state.replicas.first(where: { $0.endpoint == pick.endpoint }) else {
            return "picked an unknown replica"
        }
        let other = inFlight.first {
            $0.pick.isProbe && $0.pick.serial == pick.serial && $0.pick.epoch == pick.epoch
        }
        if pick.isProbe, other != nil { return "a second probe of \(pick.endpoint)" }
        let othersInUse = state.replicas.contains { !$0.health.isEjected && !excluded.contains($0.endpoint.id) }
        if replica.health.isEjected, !pick.isProbe, !state.isPanicking, othersInUse {
            return "picked \(pick.endpoint), which is ejected, while others are in use"
        }
        return nil
    }

    private mutating func finishCall() -> String? {
        guard !inFlight.isEmpty else { return nil }
        let (number, pick) = inFlight.remove(at: Int.random(in: 0..<inFlight.count, using: &random))
        let outcome = outcome(of: pick.endpoint)
        let ejectedBefore = state.ejectedCount
        if pick.epoch != state.replicas.first(where: { $0.serial == pick.serial })?.health.epoch {
            tally.oldOutcomes += 1
        }
        let changes = state.finish(pick, as: outcome, at: now)
        tally.count(changes)
        let limit = max(1, state.replicas.count / 2)
        if state.ejectedCount > ejectedBefore, state.ejectedCount > limit {
            return "\(state.ejectedCount) of \(state.replicas.count) ejected"
        }
        return compare(changes, model.finish(number, as: outcome, at: now)) ?? compareReplicas()
    }

    private mutating func outcome(of endpoint: Endpoint) -> EndpointPool.Outcome {
        let ignored: [EndpointPool.Outcome] = [.ignored, .overloaded]
        if Int.random(in: 0..<20, using: &random) == 0 { return ignored.randomElement(using: &random) ?? .ignored }
        guard Int.random(in: 0..<100, using: &random) < failing[endpoint.id] ?? 1 else { return .success }
        return erring.contains(endpoint.id) ? .errorAnswer : .failure
    }

    private mutating func compare(_ actual: [PoolState.Change], _ expected: [PoolState.Change]) -> String? {
        tally.count(actual.filter { if case .setHeld = $0 { true } else { $0 == .heldSetProlonged } })
        return actual == expected ? nil : "reported \(actual), expected \(expected)"
    }

    private func compareReplicas() -> String? {
        guard state.replicas.map(\.endpoint.id) == model.known.keys.sorted() else {
            return "has \(state.replicas.map(\.endpoint)), expected \(model.known.keys)"
        }
        guard state.isPanicking == model.isPanicking else { return "panics: \(state.isPanicking)" }
        for replica in state.replicas {
            let id = replica.endpoint.id
            guard let known = model.known[id] else { return "unknown \(id)" }
            let counts = replica.health.window.counts(at: now)
            let recent = model.recentOutcomes(of: id, at: now)
            let isSame =
                replica.endpoint == known.endpoint && replica.outstanding == model.inFlight(to: id)
                && replica.outstanding >= 0 && replica.health.consecutiveFailures == known.failuresInARow
                && replica.health.ejectedUntil == known.backAt && replica.slowStartedAt == known.arrivedAt
                && (replica.health.probeSentAt != nil) == (known.probe != nil)
                && replica.health.ejections(at: now, under: state.ejection) == model.countedEjections(of: id, at: now)
                && counts == (recent.count { $0 }, recent.count)
            if !isSame { return "\(replica) differs from \(known)" }
        }
        return nil
    }
}
