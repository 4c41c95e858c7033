import CoreMetrics
import Synchronization

/// The value of one series of a counter.
final class CounterCell: CounterHandler, FloatingPointCounterHandler, Sendable {
    private let value = Mutex(0.0)

    var current: Double { value.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }

    func increment(by amount: Double) {
        value.withLock { $0 += max(0, amount) }
    }

    func reset() { value.withLock { $0 = 0 } }
}

/// The value of one series of a gauge.
final class GaugeCell: MeterHandler, RecorderHandler, Sendable {
    private let value = Mutex(0.0)

    var current: Double { value.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
}

/// The buckets, sum and count of one series of a histogram.
final class HistogramCell: TimerHandler, RecorderHandler, Sendable {
    struct Contents {
        var counts: [Int]
        var sum = 0.0
        var count = 0
    }

    let bounds: [Double]
    private let contents: Mutex<Contents>

    init(bounds: [Double]) {
        self.bounds = bounds
        contents = Mutex(Contents(counts: [Int](repeating: 0, count: bounds.count)))
    }

    var current: Contents { contents.withLock { $0 } }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 }
        contents.withLock { contents in
            contents.sum += value
            contents.count += 1
            if let bucket { contents.counts[bucket] += 1 }
        }
    }
}
