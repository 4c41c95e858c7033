import HTTPProxy
import HTTPTypes
import Metrics
import NIOCore
import Resilience
import ServiceRuntime
import Synchronization

/// The rate limits of the public door: of every client address, of every account, and of some routes by address.
///
/// They hold for this process; several gateways together grant as many times as much.
final class GatewayLimits: Sendable {
    /// One limit with the keys that it has seen of late.
    final class Limit: Sendable {
        let policy: RateLimitPolicy
        private let table: Mutex<RateLimitTable<String>>
        /// The part of the fields that is always the same.
        private let fixedLines: String

        init(_ policy: RateLimitPolicy) {
            self.policy = policy
            table = Mutex(RateLimitTable(policy: policy))
            fixedLines = "RateLimit-Policy: \(RateLimitReport.text(of: policy))\r\nRateLimit: \"\(policy.name)\";r="
        }

        func preview(_ key: String, at time: Duration) -> RateLimitDecision {
            table.withLock { $0.preview(key, at: time) }
        }

        func admit(_ key: String, at time: Duration) -> RateLimitDecision {
            table.withLock { $0.admit(key, at: time) }
        }

        /// The fields of an admitted call, as `RateLimitReport` words them, as lines of a head.
        func fieldLines(_ decision: RateLimitDecision) -> ByteBuffer {
            let window = decision.effectiveWindow.components
            var buffer = ByteBufferAllocator().buffer(capacity: fixedLines.utf8.count + 24)
            buffer.writeString(fixedLines)
            buffer.writeString(String(decision.remaining))
            buffer.writeStaticString(";t=")
            buffer.writeString(String(window.seconds + (window.attoseconds > 0 ? 1 : 0)))
            buffer.writeStaticString("\r\n")
            return buffer
        }
    }

    private let limits: [String: Limit]
    private let address: Limit?
    private let account: Limit?
    private let now: @Sendable () -> Duration

    /// The limits of a file; one that was in force before goes on with what it has counted.
    ///
    /// - Parameters:
    ///   - settings: The limits; those with the names `address` and `account` hold for all requests.
    ///   - previous: The limits before.
    ///   - now: The time since any fixed moment, always the same one, monotonic and not negative.
    init(
        _ settings: [RateLimitSetting],
        after previous: GatewayLimits? = nil,
        now: @escaping @Sendable () -> Duration
    ) {
        limits = settings.compactMap(\.policy).reduce(into: [:]) { limits, policy in
            let known = previous?.limits[policy.name]
            limits[policy.name] = known?.policy == policy ? known : Limit(policy)
        }
        address = limits["address"]
        account = limits["account"]
        self.now = now
    }

    /// A request at the door, and under the limit of its route.
    ///
    /// Without the client's address there is nothing to count by.
    func admit(from peer: String?, under limit: String? = nil) -> RateLimitReport {
        guard let peer else { return RateLimitReport([]) }
        return admit(peer, under: [address, limit.flatMap { limits[$0] }])
    }

    /// The same for a request that is passed on without being looked at.
    func admission(from peer: String?, under limit: String?) -> ProxyAdmission {
        guard limit == nil, let peer, let address else {
            let report = admit(from: peer, under: limit)
            guard report.isAdmitted else { return .refused { report.problem.edgeAnswer(correlationID: $0) } }
            let lines = report.fields.map { "\($0.name.rawName): \($0.value)\r\n" }
            return .admitted(fields: ByteBuffer(string: lines.joined()))
        }
        let decision = address.admit(peer, at: now())
        guard decision.isAdmitted else {
            let report = counted(RateLimitReport([.init(policy: address.policy, decision: decision)]))
            return .refused { report.problem.edgeAnswer(correlationID: $0) }
        }
        return .admitted(fields: address.fieldLines(decision))
    }

    /// A request of a caller who is known by now.
    func admit(account id: String) -> RateLimitReport {
        admit(id, under: [account])
    }

    /// Asks all limits, and counts the call under all of them or under none.
    private func admit(_ key: String, under limits: [Limit?]) -> RateLimitReport {
        let time = now()
        let limits = limits.compactMap { $0 }
        if limits.count > 1 {
            let preview = limits.map { RateLimitReport.Entry(policy: $0.policy, decision: $0.preview(key, at: time)) }
            let report = RateLimitReport(preview)
            if !report.isAdmitted { return counted(report) }
        }
        return counted(
            RateLimitReport(
                limits.map { RateLimitReport.Entry(policy: $0.policy, decision: $0.admit(key, at: time)) }
            )
        )
    }

    private func counted(_ report: RateLimitReport) -> RateLimitReport {
        for policy in report.violatedPolicies {
            Counter(label: "clowder_rate_limited_requests_total", dimensions: [("policy", policy)]).increment()
        }
        return report
    }
}

extension RateLimitReport {
    /// The fields that tell a client where it stands; none when there was no limit.
    var fields: HTTPFields {
        guard !entries.isEmpty else { return [:] }
        return [.rateLimitPolicy: rateLimitPolicy, .rateLimit: rateLimit]
    }

    /// The refusal of a request that one of the limits denied.
    var problem: Problem {
        var headers = fields
        let seconds = retryAfter.map(\.fieldValue) ?? "1"
        headers[.retryAfter] = seconds
        return Problem(
            .tooManyRequests,
            kind: "rate-limited",
            "More than the limit \(violatedPolicies.joined(separator: ", ")) allows; wait \(seconds) s.",
            headers: headers
        )
    }

    /// With what another limit said.
    func joined(with other: RateLimitReport) -> RateLimitReport {
        RateLimitReport(entries + other.entries)
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    static let rateLimit = HTTPField.Name("RateLimit")!
    // swift-format-ignore: NeverForceUnwrap
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
}
