import TestSupport
import Testing

@testable import Discovery

@Suite struct DNSWatchStateTests {
    private static let one: Set<Endpoint> = [Endpoint(id: "192.0.2.1:80", host: "192.0.2.1", port: 80)]
    private static let other: Set<Endpoint> = [Endpoint(id: "192.0.2.2:80", host: "192.0.2.2", port: 80)]
    private let now = Duration.seconds(1000)

    @Test func hasNamedBounds() {
        #expect(DNSResolver.refreshInterval == .seconds(1)...(.seconds(60)))
        #expect(DNSResolver.retryCeiling == .seconds(1)...(.seconds(30)))
    }

    @Test func looksAtOnceInTheBeginning() {
        #expect(DNSWatchState().step(at: .zero) == .lookUp)
    }

    @Test(arguments: [
        (Duration?.none, Duration.seconds(1)), (.zero, .seconds(1)), (.milliseconds(999), .seconds(1)),
        (.seconds(1), .seconds(1)), (.seconds(2), .seconds(2)), (.seconds(60), .seconds(60)),
        (.seconds(61), .seconds(60)), (.seconds(Int64(Int32.max)), .seconds(60)),
    ])
    func looksAgainAfterTheTTLWithinItsBounds(_ timeToLive: Duration?, expected: Duration) {
        var state = DNSWatchState()
        _ = state.finish(with: EndpointLookup.Finding(endpoints: Self.one, timeToLive: timeToLive), at: now)
        #expect(state.step(at: now) == .wait(until: now + expected))
        #expect(state.step(at: now + expected - .nanoseconds(1)) == .wait(until: now + expected))
        #expect(state.step(at: now + expected) == .lookUp)
    }

    @Test func deliversASetThatDiffersFromTheLast() {
        var state = DNSWatchState()
        #expect(found(Self.one, &state) == .deliver(Self.one))
        #expect(found(Self.one, &state) == .keepSilent)
        #expect(found(Self.other, &state) == .deliver(Self.other))
        #expect(found(Self.one, &state) == .deliver(Self.one))
    }

    @Test func deliversAnEmptySetThatWasFound() {
        var state = DNSWatchState()
        #expect(found([], &state) == .deliver([]))
        #expect(found([], &state) == .keepSilent)
    }

    @Test func keepsSilentWhenALookupFails() {
        var state = DNSWatchState()
        var generator = SeededGenerator(seed: 1)
        #expect(state.fail(at: now, using: &generator) == .keepSilent)
        #expect(found(Self.one, &state) == .deliver(Self.one))
        #expect(state.fail(at: now, using: &generator) == .keepSilent)
        #expect(found(Self.one, &state) == .keepSilent)
    }

    /// The ceilings are seen from many states that failed as often: their longest pauses come close to it.
    @Test(arguments: [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30), (100, 30)])
    func pausesBelowACeilingThatDoubles(_ failures: Int, seconds: Int) {
        let ceiling = Duration.seconds(seconds)
        var generator = SeededGenerator(seed: UInt64(failures))
        let pauses = (0..<1000).map { _ in
            var state = DNSWatchState()
            for _ in 0..<failures { _ = state.fail(at: now, using: &generator) }
            return pause(after: state)
        }
        #expect(pauses.allSatisfy { $0 >= .zero && $0 <= ceiling })
        #expect(pauses.contains { $0 > ceiling * 0.95 })
        #expect(pauses.contains { $0 < ceiling * 0.05 })
        let mean = pauses.reduce(.zero, +) / 1000
        #expect(mean > ceiling * 0.45 && mean < ceiling * 0.55, "full jitter is uniform: \(mean) of \(ceiling)")
    }

    @Test func beginsWithTheFirstCeilingAfterASuccess() {
        var generator = SeededGenerator(seed: 7)
        var state = DNSWatchState()
        for _ in 0..<10 { _ = state.fail(at: now, using: &generator) }
        #expect(state.failures == 10)
        _ = found(Self.one, &state)
        #expect(state.failures == 0)
        _ = state.fail(at: now, using: &generator)
        #expect(pause(after: state) <= .seconds(1))
    }

    /// Random findings and failures against a model that remembers the last set and the number of failures.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func agreesWithItsModel(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var state = DNSWatchState()
        var now = Duration.zero
        var last: Set<Endpoint>?
        var failures = 0
        for _ in 0..<100_000 {
            let range: ClosedRange<Duration>
            if Bool.random(using: &generator) {
                let sets: [Set<Endpoint>] = [[], Self.one, Self.other]
                let set = sets[Int.random(in: sets.indices, using: &generator)]
                let seconds = Int64.random(in: 0...100, using: &generator)
                let finding = EndpointLookup.Finding(endpoints: set, timeToLive: .seconds(seconds))
                #expect(state.finish(with: finding, at: now) == (set == last ? .keepSilent : .deliver(set)))
                range = .seconds(min(max(seconds, 1), 60))...(.seconds(min(max(seconds, 1), 60)))
                (last, failures) = (set, 0)
            } else {
                #expect(state.fail(at: now, using: &generator) == .keepSilent)
                range = .zero...(.seconds(min(30, 1 << min(failures, 5))))
                failures += 1
            }
            let pause = pause(after: state, at: now)
            #expect(range.contains(pause))
            now += pause
            #expect(state.step(at: now) == .lookUp)
        }
    }

    private func found(_ set: Set<Endpoint>, _ state: inout DNSWatchState) -> DNSWatchState.Effect {
        state.finish(with: EndpointLookup.Finding(endpoints: set, timeToLive: .seconds(5)), at: now)
    }

    private func pause(after state: DNSWatchState) -> Duration { pause(after: state, at: now) }

    private func pause(after state: DNSWatchState, at now: Duration) -> Duration {
        guard case .wait(let moment) = state.step(at: now) else { return .zero }
        return moment - now
    }
}
