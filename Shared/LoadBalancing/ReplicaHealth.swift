/// What the outcomes of its calls say about one replica, and whether it is left out for that.
///
/// Each ejection and each return begins an epoch. An outcome says something about the epoch in which its call was sent
/// and nothing about a later one; in an ejection's epoch only the probe's counts.
struct ReplicaHealth: Sendable {
    /// How long no answer has come of a replica that seems gone.
    static let silence = Duration.seconds(60)

    private(set) var consecutiveFailures = 0
    private(set) var ejectedUntil: Duration?
    private(set) var epoch = 0
    /// When the single call was sent that tests the replica once its time is over; nil when none is under way.
    private(set) var probeSentAt: Duration?
    private(set) var window = SuccessWindow()
    /// Calls in a row that no answer came to.
    private var unanswered = 0
    /// When the last answer came, whatever it said; nil when there was none.
    private var answeredAt: Duration?
    /// Ejections that counted when the last one began.
    private var ejectionsAtLast = 0
    private var inUseSince = Duration.zero

    var isEjected: Bool { ejectedUntil != nil }

    /// Whether calls find nobody, and no answer has come lately; a replica that was not called may well be there.
    ///
    /// One that answers with errors is there. One that is ejected is hardly called, so that one call says enough.
    func seemsGone(at now: Duration, under policy: EjectionPolicy) -> Bool {
        guard unanswered >= (isEjected ? 1 : policy.consecutiveFailures) else { return false }
        return answeredAt.map { now - $0 >= Self.silence } ?? true
    }

    /// Notes whether an answer came.
    mutating func notePresence(in outcome: EndpointPool.Outcome, at now: Duration) {
        if outcome.isAnswer {
            unanswered = 0
            answeredAt = now
        } else if outcome == .failure {
            unanswered += 1
        }
    }

    /// When the next probe may be sent; nil when none is to be sent.
    var probeDueAt: Duration? {
        probeSentAt == nil ? ejectedUntil : nil
    }

    /// Ejections that still count at `now`.
    func ejections(at now: Duration, under policy: EjectionPolicy) -> Int {
        isEjected ? ejectionsAtLast : policy.remembered(ejectionsAtLast, after: now - inUseSince)
    }

    mutating func recordSuccess(at now: Duration) {
        consecutiveFailures = 0
        window.recordSuccess(at: now)
    }

    /// Counts a failure; gives the reason to eject the replica if there is one.
    mutating func recordFailure(at now: Duration, under policy: EjectionPolicy) -> EjectionReason? {
        consecutiveFailures += 1
        window.recordFailure(at: now)
        if consecutiveFailures >= policy.consecutiveFailures { return .consecutiveFailures }
        let counts = window.counts(at: now)
        return policy.isTooLow(successes: counts.successes, of: counts.calls) ? .successRate : nil
    }

    /// Leaves the replica out, or leaves it out again; gives for how long.
    mutating func eject(at now: Duration, under policy: EjectionPolicy) -> Duration {
        ejectionsAtLast = ejections(at: now, under: policy) + 1
        let duration = policy.duration(ofEjection: ejectionsAtLast)
        ejectedUntil = now + duration
        probeSentAt = nil
        epoch += 1
        return duration
    }

    mutating func sendProbe(at now: Duration) {
        probeSentAt = now
    }

    /// Forgets a probe that says nothing; the next call may be one.
    mutating func withdrawProbe() {
        probeSentAt = nil
    }

    /// Takes the replica into use again, with a clean slate but for the count of ejections.
    mutating func takeBack(at now: Duration) {
        consecutiveFailures = 0
        window.clear()
        ejectedUntil = nil
        probeSentAt = nil
        inUseSince = now
        epoch += 1
    }
}
