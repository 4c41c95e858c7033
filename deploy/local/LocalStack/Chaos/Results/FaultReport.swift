/// What people felt of one fault, as JSON has it.
package struct FaultReport: Codable, Sendable {
    /// How many requests failed in one way.
    package struct Failure: Codable, Sendable {
        package let kind: String
        package let count: Int
    }

    package let name: String
    /// What was done, in words.
    package let what: String
    /// How many requests were due from the fault on.
    package let requests: Int
    /// How these failed.
    package let failures: [Failure]
    /// How many requests failed before the fault.
    package let failuresBefore: Int
    /// How many seconds after the fault the last request failed; nil when none did.
    package let lastFailure: Double?
    /// The p99 before the fault in milliseconds.
    package let p99Before: Double
    /// The p99 while it lasted in milliseconds.
    package let p99During: Double
    /// What was counted or measured besides, by the names of ``FaultFigure``.
    package let figures: [String: Double]
    /// What was seen besides, in words.
    package let facts: [String]

    package init(_ result: FaultResult) {
        name = result.name
        what = result.what
        requests = result.requests
        failures = result.failures.map { Failure(kind: $0.kind, count: $0.count) }
        failuresBefore = result.failuresBefore
        lastFailure = result.lastFailure.map { $0 / .seconds(1) }
        p99Before = result.before.percentile(0.99) / .milliseconds(1)
        p99During = result.during.percentile(0.99) / .milliseconds(1)
        figures = Dictionary(uniqueKeysWithValues: result.findings.figures.map { ($0.key.rawValue, $0.value) })
        facts = result.findings.facts
    }
}
