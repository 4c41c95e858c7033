import HTTPProxy
import HTTPTypes
import Metrics
import NIOCore
import Resilience
import ServiceRuntime

/// The rate limits of the public door: of every client address, of every account, and of some routes by address.
///
/// Counted in memory they hold for this process, and a request is decided about at once. Where several gateways count
/// together, their store is waited for.
final class GatewayLimits: Sendable {
    /// One limit with the keys that it has seen of late.
    final class Limit: Sendable {
        let counter: SharedRateLimit
        /// The part of the fields that is always the same.
        private let fixedLines: String

        var policy: RateLimitPolicy { counter.policy }

        init(_ counter: SharedRateLimit) {
            self.counter = counter
            let policy = counter.policy
            fixedLines = "RateLimit-Policy: \(RateLimitReport.text(of: policy))\r\nRateLimit: \"\(policy.name)\";r="
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
    private let counters: LimitCounters

    /// The limits of a file; what is counted under policies that it does not have is forgotten.
    ///
    /// - Parameters:
    ///   - settings: The limits; those with the names `address` and `account` hold for all requests.
    ///   - counters: Where calls are counted, which outlasts any file.
    init(_ settings: [RateLimitSetting], countedIn counters: LimitCounters) {
        let policies = settings.compactMap(\.policy)
        counters.local.keep(policies)
        limits = policies.reduce(into: [:]) { limits, policy in
            limits[policy.name] = Limit(counters.local.limit(policy))
        }
        address = limits["address"]
        account = limits["account"]
        self.counters = counters
    }

    /// A request at the door, and under the limit of its route.
    ///
    /// Without the client's address there is nothing to count by.
    func admit(from peer: String?, under limit: String? = nil) async -> RateLimitReport {
        guard let peer else { return RateLimitReport([]) }
        return await admit(peer, under: limitsAtTheDoor(limit))
    }

    /// The same for a request that is passed on without being looked at.
    func admission(from peer: String?, under limit: String?) -> ProxyAdmission {
        guard let peer else { return .admitted(fields: ByteBuffer()) }
        if let shared = counters.shared {
            let limits = limitsAtTheDoor(limit)
            if limits.isEmpty { return .admitted(fields: ByteBuffer()) }
            return .pending { completion in
                shared.decide(limits.map { RateLimitedKey(peer, under: $0.policy) }) { decisions in
                    completion(self.admission(self.report(limits, decisions)))
                }
            }
        }
        guard limit == nil, let address else { return admission(admitHere(peer, under: limitsAtTheDoor(limit))) }
        let decision = address.counter.admit(peer, at: counters.now())
        guard decision.isAdmitted else { return admission(report([address], [decision])) }
        return .admitted(fields: address.fieldLines(decision))
    }

    /// A request of a caller who is known by now.
    func admit(account id: String) async -> RateLimitReport {
        await admit(id, under: [account].compactMap { $0 })
    }

    private func limitsAtTheDoor(_ limit: String?) -> [Limit] {
        [address, limit.flatMap { limits[$0] }].compactMap { $0 }
    }

    /// Asks all limits, and counts the call under all of them or under none.
    private func admit(_ key: String, under limits: [Limit]) async -> RateLimitReport {
        guard let shared = counters.shared, !limits.isEmpty else { return admitHere(key, under: limits) }
        let decisions = await withCheckedContinuation { continuation in
            shared.decide(limits.map { RateLimitedKey(key, under: $0.policy) }) { continuation.resume(returning: $0) }
        }
        return report(limits, decisions)
    }

    private func admitHere(_ key: String, under limits: [Limit]) -> RateLimitReport {
        report(limits, SharedRateLimit.admit(limits.map { ($0.counter, key) }, at: counters.now()))
    }

    private func report(_ limits: [Limit], _ decisions: [RateLimitDecision]) -> RateLimitReport {
        counted(RateLimitReport(zip(limits, decisions).map { .init(policy: $0.policy, decision: $1) }))
    }

    private func admission(_ report: RateLimitReport) -> ProxyAdmission {
        guard report.isAdmitted else { return .refused { report.problem.edgeAnswer(correlationID: $0) } }
        let lines = report.fields.map { "\($0.name.rawName): \($0.value)\r\n" }
        return .admitted(fields: ByteBuffer(string: lines.joined()))
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
