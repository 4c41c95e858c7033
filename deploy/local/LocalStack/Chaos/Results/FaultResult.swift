/// One fault, and what people felt of it.
package struct FaultResult: Sendable {
    /// When things happened, counted from the start of the load.
    package struct Times: Sendable {
        /// When the load was warm, so that what is normal can be measured.
        package var warm: Duration
        /// When the fault was made.
        package var made: Duration
        /// When it was over.
        package var over: Duration

        package init(warm: Duration, made: Duration, over: Duration) {
            self.warm = warm
            self.made = made
            self.over = over
        }
    }

    package let name: String
    /// What was done, in words.
    package let what: String
    package let promise: FaultPromise
    package let findings: FaultFindings
    /// The requests between the moment at which the load was warm and that of the fault.
    package let before: LatencySummary
    /// The requests while the fault lasted, for a second at least.
    package let during: LatencySummary
    /// How many requests were due from the fault on.
    package let requests: Int
    /// How these failed.
    package let failures: [LoadRecord.FailureCount]
    /// How many requests failed before the fault, the time of warming up included.
    package let failuresBefore: Int
    /// How long after the fault the last request failed, of an overload after its end; nil when none failed after that.
    package let lastFailure: Duration?
    /// How long the fault was felt; nil when it still was at the end of the load.
    package let recovery: Duration?

    package init(
        name: String,
        what: String,
        promise: FaultPromise,
        findings: FaultFindings,
        record: LoadRecord,
        times: Times
    ) {
        self.name = name
        self.what = what
        self.promise = promise
        self.findings = findings
        let record = record.blaming(times.made)
        // The last request can be due a moment after the end was noted.
        let fromFault = times.made..<max(record.length, times.made) + .seconds(1)
        before = record.summary(times.warm..<max(times.warm, times.made))
        during = record.summary(times.made..<max(times.over, times.made + .seconds(1)))
        requests = record.summary(fromFault).requests
        failures = record.failures(fromFault)
        failuresBefore = record.summary(.zero..<max(.zero, times.made)).failures.count
        lastFailure = record.lastFailure(from: findings.relieved ?? times.made)
        recovery = record.recovery(from: findings.relieved ?? times.made, normal: before.percentile(0.99))
    }

    /// In words, what of the promise was not kept; empty when all of it was.
    package var broken: [String] { promise.broken(by: self) }
}
