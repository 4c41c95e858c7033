import LocalStack

/// Loads of ten requests a second, told second by second.
enum PlayedLoad {
    /// What became of the ten requests of one second.
    enum Second: Sendable {
        case answered(milliseconds: Int)
        /// The first one failed, the others were answered after 2 ms.
        case failure(String)
        case allFailed(String)
        /// None was sent.
        case silent

        /// All were answered after 2 ms.
        static let good = Self.answered(milliseconds: 2)
    }

    static func record(_ seconds: [Second], length: Duration? = nil) -> LoadRecord {
        let samples = seconds.enumerated().flatMap { number, second in
            (0..<10).compactMap { sample(of: second, $0, due: .milliseconds(1000 * number + 100 * $0)) }
        }
        return LoadRecord(samples: samples.reversed(), length: length ?? .seconds(seconds.count))
    }

    /// A fault that is made after two of the seconds and lasts one.
    static func result(
        _ seconds: [Second],
        promise: FaultPromise,
        findings: FaultFindings = FaultFindings()
    ) -> FaultResult {
        FaultResult(
            name: "search-gone",
            what: "all killed",
            promise: promise,
            findings: findings,
            record: record(seconds),
            times: FaultResult.Times(warm: .zero, made: .seconds(2), over: .seconds(3))
        )
    }

    private static func sample(of second: Second, _ number: Int, due: Duration) -> LoadSample? {
        switch second {
        case .answered(let milliseconds): LoadSample(due: due, latency: .milliseconds(milliseconds), failure: nil)
        case .failure(let kind): LoadSample(due: due, latency: .milliseconds(2), failure: number == 0 ? kind : nil)
        case .allFailed(let kind): LoadSample(due: due, latency: .milliseconds(1), failure: kind)
        case .silent: nil
        }
    }
}
