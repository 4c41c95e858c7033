import Discovery
import Testing

@Suite struct DNSQueryLimitsTests {
    @Test func hasNamedDefaults() {
        #expect(DNSQueryLimits.defaultTimeout == .seconds(2))
        #expect(DNSQueryLimits.defaultTries == 2)
        #expect(DNSQueryLimits() == DNSQueryLimits(timeout: .seconds(2), tries: 2))
    }

    @Test(arguments: [
        (Duration.zero, Duration.seconds(1)), (.seconds(-5), .seconds(1)), (.milliseconds(1), .seconds(1)),
        (.seconds(1), .seconds(1)), (.milliseconds(1001), .seconds(2)), (.seconds(30), .seconds(30)),
        (.seconds(3600), .seconds(30)),
    ])
    func roundsItsTimeoutUpToWholeSeconds(_ given: Duration, expected: Duration) {
        #expect(DNSQueryLimits(timeout: given).timeout == expected)
    }

    @Test(arguments: [(-1, 1), (0, 1), (1, 1), (5, 5), (6, 5)])
    func keepsItsTriesWithinBounds(_ given: Int, expected: Int) {
        #expect(DNSQueryLimits(tries: given).tries == expected)
    }
}
