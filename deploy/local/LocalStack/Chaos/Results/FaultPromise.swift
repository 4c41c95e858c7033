/// What people may feel of a fault at most.
package struct FaultPromise: Sendable {
    /// Which requests may fail.
    package enum Failures: Hashable, Sendable {
        case none
        /// Only in this way.
        case only(String)
        case any
    }

    /// Which requests may fail.
    package var failures: Failures
    /// How soon nothing may be felt any more.
    package var recovery: Duration?
    /// How far the p99 may exceed twice the normal one while the fault lasts.
    package var slowdown: Duration?
    /// In words, what whoever makes the fault checks.
    package var others: [String]

    package init(
        failures: Failures,
        recovery: Duration? = nil,
        slowdown: Duration? = nil,
        others: [String] = []
    ) {
        self.failures = failures
        self.recovery = recovery
        self.slowdown = slowdown
        self.others = others
    }

    /// The promise in words.
    package var text: String {
        var parts: [String] = []
        switch failures {
        case .none: parts.append("no request fails")
        case .only(let kind): parts.append("every failure is \(kind)")
        case .any: break
        }
        if let recovery { parts.append("over within \(recovery.seconds) s") }
        if let slowdown { parts.append("p99 below twice the normal one + \(slowdown.milliseconds) ms") }
        return (parts + others).joined(separator: "; ")
    }

    /// In words, each part that was not kept.
    package func broken(by result: FaultResult) -> [String] {
        var broken: [String] = []
        let unpromised = result.failures.filter { failure in
            switch failures {
            case .none: true
            case .only(let kind): failure.kind != kind
            case .any: false
            }
        }
        if !unpromised.isEmpty {
            broken.append("unexpected failures: \(unpromised.map(\.count).reduce(0, +))")
        }
        if result.failuresBefore > 0 { broken.append("failures before the fault: \(result.failuresBefore)") }
        if let recovery, result.recovery.map({ $0 > recovery }) ?? true {
            broken.append("felt for longer than \(recovery.seconds) s")
        }
        if let slowdown, result.during.percentile(0.99) >= result.before.percentile(0.99) * 2 + slowdown {
            broken.append("p99 of \(result.during.percentile(0.99).milliseconds) ms")
        }
        return broken + result.findings.broken
    }
}
