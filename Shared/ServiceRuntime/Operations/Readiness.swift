import Metrics
import Resilience
import ServiceLifecycle
import Synchronization

/// Whether a process may be given requests: its phase, and the state of what it depends on.
public final class Readiness: Sendable {
    /// A process's phase.
    public enum Phase: String, Sendable {
        /// Not registered yet.
        case starting
        /// Registered and taking requests.
        case serving
        /// Told to stop; finishing what it has.
        case draining
    }

    /// Something that the process cannot work without.
    public struct Check: Sendable {
        /// Its name.
        public let name: String
        let probe: @Sendable () async throws -> Void

        /// Creates a check.
        ///
        /// - Parameters:
        ///   - name: What is checked.
        ///   - probe: Throws when it does not work; should take well under a second.
        public init(_ name: String, probe: @escaping @Sendable () async throws -> Void) {
            self.name = name
            self.probe = probe
        }
    }

    /// The outcome of one check.
    public struct Finding: Hashable, Encodable, Sendable {
        /// The check's name.
        public var name: String
        /// Whether it passed.
        public var ok: Bool
        /// What went wrong.
        public var detail: String?
    }

    /// How long findings are believed, so that probes cost nothing however often they are asked for.
    public static let cacheDuration = Duration.seconds(1)
    /// How long a check may take; what takes longer has failed.
    public static let probeLimit = Duration.seconds(2)

    private struct State {
        var phase = Phase.starting
        var findings: [Finding] = []
        var checkedAt: ContinuousClock.Instant?
    }

    private let checks: [Check]
    private let probeLimit: Duration
    private let state = Mutex(State())
    private let clock = ContinuousClock()

    /// Creates a readiness in the phase `starting`.
    public init(checks: [Check], probeLimit: Duration = probeLimit) {
        self.checks = checks
        self.probeLimit = probeLimit
    }

    /// The phase.
    public var phase: Phase { state.withLock { $0.phase } }

    func enter(_ phase: Phase) {
        state.withLock { $0.phase = phase }
    }

    /// The findings of all checks, at most ``cacheDuration`` old.
    public func findings() async -> [Finding] {
        let now = clock.now
        let cached = state.withLock { state -> [Finding]? in
            guard let checkedAt = state.checkedAt, checkedAt.duration(to: now) < Self.cacheDuration else { return nil }
            return state.findings
        }
        if let cached { return cached }
        return await freshFindings()
    }

    /// The findings of all checks as of now, which ``findings()`` then believes.
    func freshFindings() async -> [Finding] {
        var findings: [Finding] = []
        for check in checks {
            do {
                try await withDeadline(.after(probeLimit, from: clock.now), clock: clock) { try await check.probe() }
                findings.append(Finding(name: check.name, ok: true))
            } catch is DeadlineExceeded {
                findings.append(Finding(name: check.name, ok: false, detail: "no answer within \(probeLimit)"))
            } catch {
                findings.append(Finding(name: check.name, ok: false, detail: "\(error)"))
            }
        }
        for finding in findings {
            Gauge(label: "clowder_check_passes", dimensions: [("check", finding.name)]).record(finding.ok ? 1 : 0)
        }
        state.withLock {
            $0.findings = findings
            $0.checkedAt = clock.now
        }
        return findings
    }
}

/// Looks at the checks now and then, so that `clowder_check_passes` tells of them without being asked.
///
/// A scrape does not look itself: a dependency that hangs would take all of a process's metrics with it.
struct ReadinessWatch: Service {
    /// How long between two looks.
    static let interval = Duration.seconds(5)

    let readiness: Readiness

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                _ = await readiness.findings()
                // Throws on cancellation only, which ends the loop.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
