/// What became of one request of a load.
package struct LoadSample: Hashable, Sendable {
    /// When it was due, counted from the start of the load.
    package let due: Duration
    /// How long after that it was answered, or failed.
    package let latency: Duration
    /// How it failed, in words that failures of one kind share; nil when it was answered as it should be.
    package let failure: String?

    package init(due: Duration, latency: Duration, failure: String?) {
        self.due = due
        self.latency = latency
        self.failure = failure
    }
}
