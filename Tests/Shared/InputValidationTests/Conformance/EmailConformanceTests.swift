import InputValidation
import TestSupport
import Testing

/// Holds ``EmailAddress`` against the isemail test set: dot-atom mailboxes that the set calls valid, with or without
/// an entry in DNS, are accepted; every other category is refused.
@Suite(.enabled(if: ProjectFiles.runsConformance, "the conformance folder is not beside the checkout"))
struct EmailConformanceTests {
    /// Our policy for each category of the set.
    private static let policy = [
        "ISEMAIL_VALID_CATEGORY": true,
        "ISEMAIL_DNSWARN": true,
        "ISEMAIL_RFC5321": false,
        "ISEMAIL_CFWS": false,
        "ISEMAIL_DEPREC": false,
        "ISEMAIL_RFC5322": false,
        "ISEMAIL_ERR": false,
    ]

    /// Valid for the set, but a host name of one label never reaches an inbox.
    private static let refusedAllTheSame: Set = ["test@io"]

    @Test func findsTheWholeSet() throws {
        let samples = try EmailSample.all()
        #expect(samples.count == 164)
        #expect(Set(samples.map(\.category)) == Set(Self.policy.keys))
        #expect(samples.filter { $0.category == "ISEMAIL_ERR" }.count == 66)
        #expect(samples.contains { $0.address.unicodeScalars.contains("\u{0}") })
        #expect(samples.contains { $0.address == "!#$%&`*+/=?^`{|}~@iana.org" })
    }

    @Test(arguments: try EmailSample.all())
    func followsThePolicyOfTheCategory(_ sample: EmailSample) throws {
        let isAccepted = try #require(Self.policy[sample.category] as Bool?)
        let expected = isAccepted && !Self.refusedAllTheSame.contains(sample.address)
        #expect((EmailAddress(sample.address) != nil) == expected)
    }
}
