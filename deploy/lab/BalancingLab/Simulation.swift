import Discovery
import LoadBalancing
import Synchronization

/// One policy in one scenario: a pool as services use it, replicas that only keep time, and no clock but the simulated.
struct Simulation {
    /// The time after which a caller gives up, and the replica drops the call from its line.
    static let deadline = Duration.seconds(2)

    private let scenario: Scenario
    private let calls: [Traffic.Call]
    private let clock = SimulatedClock()
    private let pool: EndpointPool
    private var replicas: [SimulatedReplica]
    private var completions = Completions()
    /// The pick of each call in flight, by the call's number.
    private var picks: [Pick?]
    private var measurement: Measurement
    private var nextArrival = 0
    private var nextDeadline = 0
    private var nextTick: Int64 = 0

    init(_ policy: LabPolicy, in scenario: Scenario, with traffic: Traffic, seed: UInt64) {
        self.scenario = scenario
        calls = traffic.calls
        picks = [Pick?](repeating: nil, count: traffic.calls.count)
        replicas = [SimulatedReplica](repeating: SimulatedReplica(), count: scenario.finalReplicaCount)
        measurement = Measurement(replicas: scenario.finalReplicaCount)
        pool = EndpointPool(
            service: ServiceName(known: "lab"),
            policy: policy.makePolicy(),
            generator: PickGenerator(seed: seed),
            now: { [clock] in clock.now }
        )
    }

    /// Lets all calls arrive and end.
    mutating func run() -> LabResult {
        pool.replace(with: endpoints(Scenario.replicaCount))
        while step() {}
        return measurement.result(affected: scenario.affectedReplica)
    }

    /// Handles what comes next; false when nothing does.
    ///
    /// At one time ends come before deadlines, and arrivals last.
    private mutating func step() -> Bool {
        let completion = completions.nextTime ?? .max
        let deadline = nextDeadline < nextArrival ? calls[nextDeadline].arrivesAt + Self.deadline.inNanoseconds : .max
        let arrival = nextArrival < calls.count ? calls[nextArrival].arrivesAt : .max
        let time = min(completion, deadline, arrival)
        guard time < .max else { return false }
        if nextTick <= min(time, Traffic.length.inNanoseconds) {
            tick()
        } else if completion == time {
            clock.set(time)
            complete(at: time)
        } else if deadline == time {
            clock.set(time)
            giveUp(nextDeadline, at: time)
            nextDeadline += 1
        } else {
            clock.set(time)
            arrive(nextArrival, at: time)
            nextArrival += 1
        }
        return true
    }

    private mutating func tick() {
        clock.set(nextTick)
        pool.tick()
        if nextTick == Scenario.onset.inNanoseconds { pool.replace(with: endpoints(scenario.finalReplicaCount)) }
        nextTick += EndpointPool.tickInterval.inNanoseconds
    }

    private mutating func arrive(_ call: Int, at time: Int64) {
        guard let pick = pool.pick(for: calls[call].key) else { return }
        let replica = pick.endpoint.port
        picks[call] = pick
        measurement.recordCall(to: replica, at: time)
        replicas[replica].enqueue(call)
        work(replica, at: time)
    }

    /// Gives free workers what waits in line and has not been given up.
    private mutating func work(_ replica: Int, at time: Int64) {
        while replicas[replica].hasFreeWorker, let call = replicas[replica].dequeue() {
            guard picks[call] != nil else { continue }
            let reaction = scenario.reaction(of: replica, at: time, begun: replicas[replica].begun)
            replicas[replica].beginWork()
            switch reaction {
            case .fail:
                let end = time + Scenario.failureLatency.inNanoseconds
                completions.add(call, at: end, by: replica, isFailure: true)
            case .work(let slowness):
                let start = time + scenario.stall(of: replica, at: time)
                let end = start + Int64(Double(calls[call].work) * slowness)
                completions.add(call, at: end, by: replica, isFailure: false)
            }
        }
    }

    private mutating func complete(at time: Int64) {
        guard let entry = completions.removeFirst() else { return }
        replicas[entry.replica].endWork()
        finish(entry.call, as: entry.isFailure ? .failure : .success, at: time)
        work(entry.replica, at: time)
    }

    private mutating func giveUp(_ call: Int, at time: Int64) {
        finish(call, as: .failure, at: time)
    }

    /// Ends a call, unless it has been given up before.
    private mutating func finish(_ call: Int, as outcome: EndpointPool.Outcome, at time: Int64) {
        guard let pick = picks[call] else { return }
        picks[call] = nil
        pool.finish(pick, as: outcome)
        measurement.recordEnd(after: time - calls[call].arrivesAt, arrivedAt: calls[call].arrivesAt, as: outcome)
        guard outcome == .failure, measurement.ejectedAt == nil, let affected = scenario.affectedReplica else { return }
        if pool.snapshot[affected].ejectedFor != nil { measurement.recordEjection(at: time) }
    }

    /// Replicas whose port is their number; nothing listens there.
    private func endpoints(_ count: Int) -> Set<Endpoint> {
        Set((0..<count).map { Endpoint(id: "replica-\($0)", host: "lab", port: $0) })
    }
}

/// The time of one simulation.
private final class SimulatedClock: Sendable {
    private let time = Mutex(Duration.zero)

    var now: Duration { time.withLock { $0 } }

    func set(_ nanoseconds: Int64) {
        time.withLock { $0 = .nanoseconds(nanoseconds) }
    }
}
