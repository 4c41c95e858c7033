import FoundationEssentials
import Testing
import Tokens

@Suite struct AccessTokenIssuerTests {
    private let key = SigningKey()
    private let issuer = AccessTokenIssuer(issuer: TokenForge.issuer, audience: TokenForge.audience)
    private let verifier = AccessTokenVerifier(issuer: TokenForge.issuer, audience: TokenForge.audience)

    private struct Claims: Decodable, Equatable {
        var iss: String
        var aud: String
        var sub: String
        var exp: Double
        var iat: Double
        var jti: String
        var sid: String
        var roles: [String]
    }

    private func issue(
        by issuer: AccessTokenIssuer? = nil,
        roles: Set<String> = ["shelter", "admin"],
        at now: Date = TokenForge.now
    ) async throws -> String {
        try await (issuer ?? self.issuer).issue(
            accountID: "account-1",
            sessionID: "session-1",
            roles: roles,
            tokenID: "token-1",
            at: now,
            with: key
        )
    }

    private func claims(of token: String) throws -> Claims {
        try JSONDecoder().decode(Claims.self, from: TokenForge.decode(token.split(separator: ".")[1]))
    }

    @Test func givesTokensTenMinutes() async throws {
        #expect(AccessTokenIssuer.defaultLifetime == .seconds(600))
        #expect(issuer.lifetime == .seconds(600))
        let claims = try claims(of: try await issue())
        #expect(claims.exp - claims.iat == 600)
    }

    @Test func writesTheClaimsOfTheProfile() async throws {
        let claims = try claims(of: try await issue())
        let expected = Claims(
            iss: "https://issuer.test",
            aud: "board",
            sub: "account-1",
            exp: 1_700_000_600,
            iat: 1_700_000_000,
            jti: "token-1",
            sid: "session-1",
            roles: ["admin", "shelter"]
        )
        #expect(claims == expected)
    }

    @Test func writesAlgorithmTypeAndKeyIntoTheHeaderAndNothingElse() async throws {
        let token = try await issue()
        let header = try TokenForge.decode(try #require(token.split(separator: ".").first))
        let fields = try JSONDecoder().decode([String: String].self, from: header)
        #expect(fields == ["alg": "EdDSA", "typ": "at+jwt", "kid": key.id])
    }

    @Test func writesWholeSeconds() async throws {
        let claims = try claims(of: try await issue(at: TokenForge.now.addingTimeInterval(0.999)))
        #expect(claims.iat == 1_700_000_000)
        #expect(claims.exp == 1_700_000_600)
    }

    @Test func keepsToAnotherLifetime() async throws {
        let brief = AccessTokenIssuer(issuer: "i", audience: "a", lifetime: .seconds(30))
        let claims = try claims(of: try await issue(by: brief))
        #expect(claims.exp - claims.iat == 30)
    }

    @Test(arguments: [[], ["admin"], ["shelter", "operator"]] as [Set<String>])
    func makesTokensThatTheVerifierTakes(_ roles: Set<String>) async throws {
        let token = try await issue(roles: roles)
        let contents = try await verifier.verify(
            token,
            with: KeySet(keys: [key.publicKey]),
            at: TokenForge.now
        )
        let expected = AccessToken(
            accountID: "account-1",
            sessionID: "session-1",
            roles: roles,
            expiresAt: TokenForge.now.addingTimeInterval(600)
        )
        #expect(contents == expected)
    }

    @Test func makesTokensWithinTheSizeThatIsLookedAt() async throws {
        #expect(AccessTokenVerifier.maximumBytes == 4096)
        let roles = Set((0..<20).map { "a-role-with-a-long-name-\($0)" })
        #expect(try await issue(roles: roles).utf8.count < AccessTokenVerifier.maximumBytes)
    }
}
