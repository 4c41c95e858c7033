public import FoundationEssentials
import JWTKit

/// Signs access tokens in the RFC 9068 profile.
public struct AccessTokenIssuer: Sendable {
    /// How long a token is valid.
    public static let defaultLifetime = Duration.seconds(600)

    /// How long a token is valid.
    public let lifetime: Duration
    private let issuer: String
    private let audience: String

    /// Creates an issuer.
    public init(issuer: String, audience: String, lifetime: Duration = AccessTokenIssuer.defaultLifetime) {
        self.issuer = issuer
        self.audience = audience
        self.lifetime = lifetime
    }

    /// A signed token for the session of an account.
    ///
    /// - Parameters:
    ///   - accountID: The account.
    ///   - sessionID: The session.
    ///   - roles: What the account may be.
    ///   - tokenID: A fresh ID, unique among tokens.
    ///   - now: The time of issue.
    ///   - key: The key to sign with.
    /// - Returns: The compact JWS.
    /// - Throws: The JWT library's error when the claims cannot be encoded or signed.
    public func issue(
        accountID: String,
        sessionID: String,
        roles: Set<String>,
        tokenID: String,
        at now: Date,
        with key: SigningKey
    ) async throws -> String {
        // Whole seconds: a NumericDate may have fractions, but not every verifier reads them.
        let now = Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down))
        let claims = AccessTokenClaims(
            iss: IssuerClaim(value: issuer),
            aud: Audience(audience),
            sub: SubjectClaim(value: accountID),
            exp: ExpirationClaim(value: now.addingTimeInterval(Double(lifetime.components.seconds))),
            iat: IssuedAtClaim(value: now),
            jti: IDClaim(value: tokenID),
            sid: sessionID,
            roles: roles.sorted()
        )
        let keys = JWTKeyCollection()
        await keys.add(
            eddsa: EdDSA.PrivateKey(backing: key.privateKey),
            kid: JWKIdentifier(string: key.id)
        )
        return try await keys.sign(claims, kid: JWKIdentifier(string: key.id), header: ["typ": "at+jwt"])
    }
}
