/// Why a replica was ejected.
public enum EjectionReason: String, Hashable, Sendable {
    /// Too many calls in a row failed.
    case consecutiveFailures = "consecutive-failures"
    /// Too few calls of the last thirty seconds succeeded.
    case successRate = "success-rate"
    /// The call that was to test it failed, or did not end in time.
    case probe
}
