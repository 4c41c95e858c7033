/// What happens to the replicas of an experiment.
public enum Scenario: String, CaseIterable, Sendable {
    /// Nothing.
    case equal
    /// One replica becomes ten times slower, and stays so.
    case oneSlow = "one slow"
    /// As before, and each of the others stalls for a moment once in eight seconds.
    case oneSlowAndStalls = "slow + stalls"
    /// One replica fails for two seconds of every seven.
    case flapping
    /// One replica answers every call with an error within a millisecond.
    case failingFast = "failing fast"
    /// A replica joins whose first calls are up to twenty times slower.
    case cold

    /// Replicas at the beginning.
    public static let replicaCount = 5
    /// When it happens; what is measured is measured from then on.
    public static let onset = Duration.seconds(10)
    /// How many times slower the slow replica is.
    public static let slowness = 10.0
    /// How many times slower the first call of a cold replica is.
    public static let coldness = 20.0
    /// Calls after which a cold replica is warm.
    public static let warmUpCalls = 100
    /// How long a failing replica takes to answer.
    public static let failureLatency = Duration.milliseconds(1)
    /// How long a flapping replica fails, and how long it takes from failure to failure.
    public static let flap = (failing: Duration.seconds(2), period: Duration.seconds(7))

    /// How long a replica stalls, and how long it takes from stall to stall; each has a turn of its own.
    public static let stall = (length: Duration.milliseconds(500), period: Duration.seconds(8))

    /// What a replica does with a call.
    enum Reaction: Equatable {
        /// Does its work, this many times slower than a healthy replica.
        case work(slowness: Double)
        /// Answers with an error.
        case fail
    }

    /// The replica that it happens to; nil when nothing does.
    var affectedReplica: Int? {
        switch self {
        case .equal: nil
        case .oneSlow, .oneSlowAndStalls, .flapping, .failingFast: 0
        case .cold: Self.replicaCount
        }
    }

    /// How many replicas there are from the onset on.
    var finalReplicaCount: Int {
        self == .cold ? Self.replicaCount + 1 : Self.replicaCount
    }

    /// What a replica does with a call that begins at `time`, after it has begun `begun` others.
    func reaction(of replica: Int, at time: Int64, begun: Int) -> Reaction {
        let sinceOnset = time - Self.onset.inNanoseconds
        guard replica == affectedReplica, sinceOnset >= 0 else { return .work(slowness: 1) }
        switch self {
        case .equal: return .work(slowness: 1)
        case .oneSlow, .oneSlowAndStalls: return .work(slowness: Self.slowness)
        case .failingFast: return .fail
        case .flapping:
            let phase = sinceOnset % Self.flap.period.inNanoseconds
            return phase < Self.flap.failing.inNanoseconds ? .fail : .work(slowness: 1)
        case .cold:
            let warmth = min(1, Double(begun) / Double(Self.warmUpCalls))
            return .work(slowness: 1 + (Self.coldness - 1) * (1 - warmth))
        }
    }

    /// How long after `time` a replica goes on stalling before it begins to work on anything, in nanoseconds.
    func stall(of replica: Int, at time: Int64) -> Int64 {
        let sinceOnset = time - Self.onset.inNanoseconds
        guard self == .oneSlowAndStalls, replica != affectedReplica, sinceOnset >= 0 else { return 0 }
        let turn = Self.stall.period.inNanoseconds / Int64(Self.replicaCount) * Int64(replica)
        let phase = (sinceOnset + turn) % Self.stall.period.inNanoseconds
        return max(0, Self.stall.length.inNanoseconds - phase)
    }
}
