import Resilience

/// Places that serve one request at a time, with a queue before them, in steps of a millisecond.
struct SimulatedService {
    let places: Int
    let serviceTime: Int
    private(set) var limit = AdaptiveConcurrencyLimit()
    private(set) var answered = 0
    private(set) var totalLatency = 0
    private var now = 0
    private var busyUntil: [Int]
    /// When each request in flight came and will be answered, in the order of answers.
    private var inFlight: [(came: Int, ends: Int)] = []

    init(places: Int, serviceTime: Int) {
        self.places = places
        self.serviceTime = serviceTime
        busyUntil = [Int](repeating: 0, count: places)
    }

    /// Lets time pass, with this many arrivals in each millisecond; those above the limit are turned away.
    mutating func run(milliseconds: Int, arrivals: Int) {
        for _ in 0..<milliseconds {
            now += 1
            while let first = inFlight.first, first.ends <= now {
                let latency = Duration.milliseconds(first.ends - first.came)
                _ = limit.record(.answered(after: latency), inFlight: inFlight.count, at: .milliseconds(now))
                answered += 1
                totalLatency += first.ends - first.came
                inFlight.removeFirst()
            }
            for _ in 0..<arrivals where inFlight.count < limit.limit { arrive() }
        }
    }

    /// Ends a request by a drop, ten milliseconds after the one before.
    mutating func drop() {
        now += 10
        _ = limit.record(.dropped, inFlight: 1, at: .milliseconds(now))
    }

    mutating func resetCounts() {
        (answered, totalLatency) = (0, 0)
    }

    private mutating func arrive() {
        let place = busyUntil.indices.min { busyUntil[$0] < busyUntil[$1] } ?? 0
        busyUntil[place] = max(now, busyUntil[place]) + serviceTime
        inFlight.append((now, busyUntil[place]))
    }
}
