/// The algorithm in plain words, in milliseconds: each window's calls are kept in lists and looked at when it ends.
struct GradientModel {
    /// Latencies up to this one are as good as none.
    let negligible: Double
    private(set) var limit = 100.0
    private var start: Int?
    private var latencies: [Double] = []
    private var drops = 0
    private var mostInFlight = 0
    private var windows = 0
    private var longTerm = 0.0

    init(negligible: Double) {
        self.negligible = negligible
    }

    mutating func add(latency: Double?, inFlight: Int, atMillisecond time: Int) {
        let begin = start ?? time
        start = begin
        if let latency { latencies.append(latency) } else { drops += 1 }
        mostInFlight = max(mostInFlight, inFlight)
        guard time - begin >= 100, latencies.count + drops >= 10 else { return }
        defer { (start, latencies, drops, mostInFlight) = (nil, [], 0, 0) }
        var gradient = 1.0
        if !latencies.isEmpty {
            let mean = latencies.reduce(0, +) / Double(latencies.count)
            windows += 1
            // In the first ten windows each counts alike.
            let share = windows <= 10 ? 1 / Double(windows) : 2.0 / 3001
            longTerm = longTerm * (1 - share) + mean * share
            if longTerm > 2 * mean { longTerm *= 0.95 }
            gradient = mean <= negligible ? 1 : max(0.5, min(1, max(negligible, 1.5 * longTerm) / mean))
        }
        if drops > 0 {
            limit *= 0.9
        } else if 2 * mostInFlight >= Int(limit) {
            limit = limit * 0.8 + (limit * gradient + max(4, limit.squareRoot())) * 0.2
        }
        limit = max(10, min(1000, limit))
    }
}
