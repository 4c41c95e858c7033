/// What a client is told of the rate limits that its call was under.
///
/// The fields have the structured form of draft-ietf-httpapi-ratelimit-headers-11 (May 2026): lists of strings, the
/// policies' names, with parameters.
public struct RateLimitReport: Hashable, Sendable {
    /// The decision under one policy.
    public struct Entry: Hashable, Sendable {
        /// The policy.
        public let policy: RateLimitPolicy
        /// What it decided.
        public let decision: RateLimitDecision

        /// Creates an entry.
        public init(policy: RateLimitPolicy, decision: RateLimitDecision) {
            self.policy = policy
            self.decision = decision
        }
    }

    /// The parameter that tells the burst where it is not the limit; the draft asks for a vendor's prefix.
    public static let burstParameter = "clowder-burst"

    /// The decisions, one for each policy, with names that differ.
    public let entries: [Entry]

    /// Creates a report; one without entries renders as empty fields, which are not sent.
    public init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// Whether all policies admit the call.
    public var isAdmitted: Bool { entries.allSatisfy(\.decision.isAdmitted) }

    /// The names of the policies that deny the call, as for `violated-policies` in a problem document.
    public var violatedPolicies: [String] { denials.map(\.policy.name) }

    /// The value of `Retry-After`, after which all policies admit the call; nil when they do.
    public var retryAfter: RetryAfter? {
        denials.compactMap(\.decision.retryAfter).max().map { RetryAfter($0) }
    }

    /// The value of `RateLimit-Policy`: name, quota and window of each policy.
    ///
    /// A window that is not a whole number of seconds cannot be told and is left out.
    public var rateLimitPolicy: String {
        entries.map { Self.text(of: $0.policy) }.joined(separator: ", ")
    }

    /// One policy's member of `RateLimit-Policy`, which is the same for every call.
    public static func text(of policy: RateLimitPolicy) -> String {
        let seconds = policy.window.wholeSecondsRoundedUp
        let window = policy.window == .seconds(seconds) ? ";w=\(seconds)" : ""
        let burst = policy.burst == policy.limit ? "" : ";\(burstParameter)=\(policy.burst)"
        return quoted(policy.name) + ";q=\(policy.limit)" + window + burst
    }

    /// The value of `RateLimit`: what each policy still grants (`r`), and the seconds for which that has to do (`t`).
    ///
    /// `t` is the time over which the calls are to be spread, rounded up, so that r/t never tells a client more than the
    /// sustained rate. With a denied call only the policies that deny it are listed: the others' windows may end after
    /// `Retry-After`, which the draft advises against.
    public var rateLimit: String {
        list(isAdmitted ? entries : denials) { entry in
            ";r=\(entry.decision.remaining);t=\(entry.decision.effectiveWindow.wholeSecondsRoundedUp)"
        }
    }

    private var denials: [Entry] { entries.filter { !$0.decision.isAdmitted } }

    private func list(_ entries: [Entry], parameters: (Entry) -> String) -> String {
        entries.map { Self.quoted($0.policy.name) + parameters($0) }.joined(separator: ", ")
    }

    /// A string of RFC 9651, section 4.1.6; names are printable ASCII.
    private static func quoted(_ name: String) -> String {
        let escaped = name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
        return "\"" + escaped.joined() + "\""
    }
}
