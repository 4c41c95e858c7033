public import CoreMetrics
import Synchronization

/// Keeps everything that is recorded through swift-metrics and writes it in the Prometheus text format 0.0.4.
///
/// Counters become counters, timers and aggregating recorders histograms (timers in seconds), everything else gauges.
/// Characters that a Prometheus name cannot have become `_`. A name that is used for two kinds keeps the first; each
/// name has at most ``maximumSeries`` series: what is over either limit is counted in
/// `clowder_metrics_dropped_series_total` and not kept, so that no label can exhaust the process's memory.
public final class PrometheusRegistry: MetricsFactory, Sendable {
    /// The most label combinations one name may have.
    public static let maximumSeries = 1000
    /// The upper bounds of a timer's buckets, in seconds.
    public static let timerBounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// The upper bounds of a recorder's buckets.
    public static let recorderBounds: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000]

    enum Kind: String { case counter, gauge, histogram }

    private struct Family {
        var kind: Kind
        var series: [String: any AnyObject & Sendable] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var dropped = 0
    }

    private let state = Mutex(State())

    /// Creates an empty registry.
    public init() {}

    /// Everything recorded so far, families and series ordered by name.
    public func exposition() -> String {
        let (families, dropped) = state.withLock { ($0.families, $0.dropped) }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, cell) in family.series.sorted(by: { $0.key < $1.key }) {
                PrometheusText.append(cell, name: name, labels: labels, to: &text)
            }
        }
        text += "# TYPE clowder_metrics_dropped_series_total counter\n"
        text += "clowder_metrics_dropped_series_total \(dropped)\n"
        return text
    }

    // MARK: MetricsFactory

    /// A counter's series.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(label, dimensions, .counter) { CounterCell() }
    }

    /// A counter's series that takes fractions.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        cell(label, dimensions, .counter) { CounterCell() }
    }

    /// A gauge's series.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(label, dimensions, .gauge) { GaugeCell() }
    }

    /// A histogram's series when it aggregates, otherwise a gauge's.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return cell(label, dimensions, .gauge) { GaugeCell() } }
        return cell(label, dimensions, .histogram) { HistogramCell(bounds: Self.recorderBounds) }
    }

    /// A histogram's series in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(label, dimensions, .histogram) { HistogramCell(bounds: Self.timerBounds) }
    }

    /// Keeps the series: Prometheus wants counters that do not vanish.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Keeps the series: Prometheus wants counters that do not vanish.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Keeps the series.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Keeps the series.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Keeps the series.
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func cell<Cell: AnyObject & Sendable>(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: Kind,
        make: () -> Cell
    ) -> Cell {
        let name = PrometheusText.name(label)
        let labels = PrometheusText.labels(dimensions)
        return state.withLock { state in
            var family = state.families[name] ?? Family(kind: kind)
            if let existing = family.series[labels] as? Cell { return existing }
            let cell = make()
            guard family.kind == kind, family.series.count < Self.maximumSeries else {
                state.dropped += 1
                return cell
            }
            family.series[labels] = cell
            state.families[name] = family
            return cell
        }
    }
}
