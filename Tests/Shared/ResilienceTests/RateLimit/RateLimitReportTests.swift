import Resilience
import TestSupport
import Testing

@Suite struct RateLimitReportTests {
    private typealias Entry = RateLimitReport.Entry

    /// The report of the last of `calls` calls in the same moment.
    private func entry(_ policy: RateLimitPolicy, calls: Int) -> Entry {
        var state = GCRA()
        for _ in 1..<calls { _ = state.admit(at: .zero, under: policy) }
        return Entry(policy: policy, decision: state.admit(at: .zero, under: policy))
    }

    @Test func rendersThePoliciesAndWhatIsLeft() throws {
        let address = try RateLimitPolicy.testing(limit: 100, window: .seconds(60), burst: 100, name: "address")
        let route = try RateLimitPolicy.testing(limit: 1000, window: .seconds(3600), burst: 20, name: "route")
        let report = RateLimitReport([entry(address, calls: 1), entry(route, calls: 18)])
        #expect(report.rateLimitPolicy == #""address";q=100;w=60, "route";q=1000;w=3600;clowder-burst=20"#)
        // 99 calls at 0.6 s each; 2 calls at 3.6 s each.
        #expect(report.rateLimit == #""address";r=99;t=60, "route";r=2;t=8"#)
        #expect(report.isAdmitted)
        #expect(report.retryAfter == nil)
        #expect(report.violatedPolicies == [])
    }

    @Test func tellsOfADeniedCallOnlyWhoDeniesIt() throws {
        let address = try RateLimitPolicy.testing(limit: 100, window: .seconds(60), burst: 10, name: "address")
        let route = try RateLimitPolicy.testing(limit: 1, window: .seconds(30), burst: 1, name: "route")
        let account = try RateLimitPolicy.testing(limit: 2, window: .seconds(15), burst: 2, name: "account")
        let report = RateLimitReport([entry(address, calls: 1), entry(route, calls: 2), entry(account, calls: 3)])
        #expect(!report.isAdmitted)
        #expect(report.rateLimit == #""route";r=0;t=30, "account";r=0;t=8"#)
        #expect(report.retryAfter?.fieldValue == "30")
        #expect(report.violatedPolicies == ["route", "account"])
        #expect(report.rateLimitPolicy.contains("address"))
    }

    /// The draft: `Retry-After` is not before the end of the effective window.
    @Test(arguments: [(3, 1), (7, 2), (997, 60), (1, 90)])
    func endsTheWindowWithRetryAfter(_ limit: Int, seconds: Int) throws {
        let policy = try RateLimitPolicy.testing(limit: limit, window: .seconds(seconds), burst: limit)
        let report = RateLimitReport([entry(policy, calls: limit + 1)])
        #expect(report.rateLimit == "\"test\";r=0;t=\(try #require(report.retryAfter).seconds)")
    }

    /// The draft, section 8.5: what is left in its window must not tell clients of more than the sustained rate.
    @Test func neverTellsOfMoreThanTheSustainedRate() throws {
        let policy = try RateLimitPolicy.testing(limit: 50, window: .seconds(10), burst: 200)
        for calls in 1...200 {
            let decision = entry(policy, calls: calls).decision
            #expect(decision.effectiveWindow.seconds * 5 >= Double(decision.remaining))
        }
    }

    @Test(arguments: [
        (Duration.milliseconds(1500), #""test";q=3;clowder-burst=1"#),
        (.seconds(1), #""test";q=3;w=1;clowder-burst=1"#),
        (.milliseconds(1), #""test";q=3;clowder-burst=1"#),
    ])
    func leavesAWindowOutThatSecondsCannotTell(_ window: Duration, field: String) throws {
        let policy = try RateLimitPolicy.testing(limit: 3, window: window, burst: 1)
        #expect(RateLimitReport([entry(policy, calls: 1)]).rateLimitPolicy == field)
    }

    @Test func escapesNames() throws {
        let policy = try RateLimitPolicy.testing(limit: 1, window: .seconds(1), burst: 1, name: #"a"b\c d"#)
        let report = RateLimitReport([entry(policy, calls: 1)])
        #expect(report.rateLimit == #""a\"b\\c d";r=0;t=1"#)
        #expect(report.rateLimitPolicy == #""a\"b\\c d";q=1;w=1"#)
    }

    @Test func rendersNothingWithoutPolicies() {
        #expect(RateLimitReport([]).rateLimit == "")
        #expect(RateLimitReport([]).rateLimitPolicy == "")
        #expect(RateLimitReport([]).isAdmitted)
    }

    @Test(arguments: [
        (Duration.zero, 0), (.nanoseconds(1), 1), (.milliseconds(999), 1), (.seconds(1), 1),
        (.seconds(1) + .nanoseconds(1), 2), (.seconds(3600), 3600), (.seconds(-5), 0), (.milliseconds(-1500), 0),
    ])
    func roundsRetryAfterUpToSeconds(_ duration: Duration, seconds: Int) {
        #expect(RetryAfter(duration).seconds == Int64(seconds))
        #expect(RetryAfter(duration).fieldValue == String(seconds))
    }
}
