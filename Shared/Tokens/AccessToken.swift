public import FoundationEssentials
import JWTKit

/// What a verified access token says about its bearer.
public struct AccessToken: Hashable, Sendable {
    /// The account's ID.
    public let accountID: String
    /// The session, ended by logging out; one session sees many access tokens.
    public let sessionID: String
    /// The account's roles when the token was issued.
    public let roles: Set<String>
    /// When it ends.
    public let expiresAt: Date

    /// Creates a token's contents.
    public init(accountID: String, sessionID: String, roles: Set<String>, expiresAt: Date) {
        self.accountID = accountID
        self.sessionID = sessionID
        self.roles = roles
        self.expiresAt = expiresAt
    }
}

/// The claims as they stand in the token (RFC 9068).
struct AccessTokenClaims: JWTPayload {
    var iss: IssuerClaim
    var aud: Audience
    var sub: SubjectClaim
    var exp: ExpirationClaim
    var iat: IssuedAtClaim
    var nbf: NotBeforeClaim?
    var jti: IDClaim
    var sid: String
    var roles: [String]

    /// Times are checked by the verifier, with its own clock and leeway.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

/// One audience or several (RFC 7519 section 4.1.3); unlike the library's type, an empty list does not trap.
struct Audience: Codable, Sendable {
    var values: [String]

    init(_ value: String) {
        values = [value]
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // What is no text has to be a list, whose error travels.
        values = try (try? container.decode(String.self)).map { [$0] } ?? container.decode([String].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if values.count == 1 {
            try container.encode(values[0])
        } else {
            try container.encode(values)
        }
    }
}
