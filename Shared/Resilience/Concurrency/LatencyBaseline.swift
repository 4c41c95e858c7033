/// The long-term mean of a latency, in seconds: exponentially smoothed, plain for the first few windows.
struct LatencyBaseline: Sendable {
    static let warmUp = 10

    private(set) var seconds = 0.0
    private var count = 0
    private let factor: Double

    /// Creates an empty baseline over `windows` windows, of which the mean lies half that far back.
    init(windows: Int) {
        factor = 2 / (Double(max(1, windows)) + 1)
    }

    mutating func add(_ sample: Double) {
        if count < Self.warmUp {
            count += 1
            seconds += (sample - seconds) / Double(count)
        } else {
            seconds += (sample - seconds) * factor
        }
    }

    mutating func scale(by ratio: Double) {
        seconds *= ratio
    }
}
