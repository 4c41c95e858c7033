import FoundationEssentials
import Testing
import Tokens

@Suite struct AccessTokenVerifierTests {
    private let forge = TokenForge()
    private let verifier = AccessTokenVerifier(issuer: TokenForge.issuer, audience: TokenForge.audience)

    private func verify(_ token: String, with keys: KeySet? = nil, after seconds: Double = 0) async throws
        -> AccessToken
    {
        try await verifier.verify(token, with: keys ?? forge.keys, at: TokenForge.now.addingTimeInterval(seconds))
    }

    private func expectRefusal(
        _ code: TokenError.Code,
        of token: String,
        after seconds: Double = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: TokenError(code), sourceLocation: sourceLocation) {
            try await verify(token, after: seconds)
        }
    }

    @Test func takesAWellFormedToken() async throws {
        let contents = try await verify(try forge.signed())
        #expect(contents.accountID == "account-1")
        #expect(contents.sessionID == "session-1")
        #expect(contents.roles == ["shelter"])
        #expect(contents.expiresAt == TokenForge.now.addingTimeInterval(600))
    }

    @Test(arguments: [#""board""#, #"["board"]"#])
    func takesTheAudienceAsTextOrList(_ audience: String) async throws {
        let token = try forge.signed(claims: TokenForge.claims(["aud": audience]))
        #expect(try await verify(token).accountID == "account-1")
    }

    @Test func allowsClocksToBeFiveSecondsApart() {
        #expect(AccessTokenVerifier.leeway == .seconds(5))
    }

    @Test(arguments: [0, 599, 600, 604.9])
    func takesATokenUntilItsEndAndTheLeeway(_ seconds: Double) async throws {
        #expect(try await verify(try forge.signed(), after: seconds).accountID == "account-1")
    }

    @Test(arguments: [605, 606, 86_400.0])
    func refusesAnExpiredToken(_ seconds: Double) async throws {
        await expectRefusal(.expired, of: try forge.signed(), after: seconds)
    }

    @Test(arguments: ["0", "-1", "1699999995"])
    func refusesATokenThatWasNeverValid(_ end: String) async throws {
        await expectRefusal(.expired, of: try forge.signed(claims: TokenForge.claims(["exp": end])))
    }

    @Test func takesATokenFromAClockThatIsAheadByTheLeeway() async throws {
        #expect(try await verify(try forge.signed(), after: -5).accountID == "account-1")
    }

    @Test(arguments: [-5.1, -6, -86_400])
    func refusesATokenOfTheFuture(_ seconds: Double) async throws {
        await expectRefusal(.badClaims, of: try forge.signed(), after: seconds)
    }

    @Test(arguments: ["1700000006", "1700000300"])
    func refusesATokenThatIsNotValidYet(_ start: String) async throws {
        await expectRefusal(.badClaims, of: try forge.signed(claims: TokenForge.claims(["nbf": start])))
    }

    @Test(arguments: ["1699999000", "1700000000", "1700000005"])
    func takesATokenWhoseStartHasCome(_ start: String) async throws {
        let token = try forge.signed(claims: TokenForge.claims(["nbf": start]))
        #expect(try await verify(token).accountID == "account-1")
    }

    @Test(arguments: [
        ("iss", #""https://issuer.test/""#), ("iss", #""https://ISSUER.test""#), ("iss", #""""#),
        ("aud", #"["other"]"#), ("aud", #"[]"#), ("aud", #"["board","other"]"#), ("aud", #"["Board"]"#),
        ("aud", #""other""#),
        ("sub", #""""#),
    ])
    func refusesAnotherIssuerOrAudienceOrNoSubject(_ claim: String, _ value: String) async throws {
        await expectRefusal(.badClaims, of: try forge.signed(claims: TokenForge.claims([claim: value])))
    }

    @Test(arguments: ["iss", "aud", "sub", "exp", "iat", "jti", "sid", "roles"])
    func refusesATokenWithoutOneOfItsClaims(_ claim: String) async throws {
        await expectRefusal(.badClaims, of: try forge.signed(claims: TokenForge.claims([claim: nil])))
    }

    @Test(arguments: [
        ("exp", #""1700000600""#), ("exp", "null"), ("sub", "7"), ("roles", #""admin""#), ("roles", "[1]"),
        ("sid", "{}"), ("iat", "true"),
    ])
    func refusesClaimsOfAnotherType(_ claim: String, _ value: String) async throws {
        await expectRefusal(.badClaims, of: try forge.signed(claims: TokenForge.claims([claim: value])))
    }

    @Test(arguments: ["", "[]", "null", "{", "claims"])
    func refusesClaimsThatAreNoObject(_ claims: String) async throws {
        let token = try forge.signed(claims: claims)
        await #expect(throws: TokenError.self) { try await verify(token) }
    }

    @Test func readsTheKeyIDOfAToken() throws {
        #expect(try verifier.keyID(of: try forge.signed()) == forge.key.id)
    }
}
