import Crypto
public import FoundationEssentials
import JWTKit

/// Checks access tokens as RFC 8725 and RFC 9068 ask for.
///
/// The header is read first and on its own: exactly `alg`, `typ` and `kid`, the type `at+jwt`, the algorithm of the
/// key with that very `kid`. Whatever would point elsewhere (`jku`, `x5u`, `jwk`) or change the rules (`crit`, `b64`)
/// makes the token unacceptable, and so does any part that is not canonical base64url.
public struct AccessTokenVerifier: Sendable {
    /// How far two machines' clocks may be apart.
    public static let leeway = Duration.seconds(5)
    /// The longest token that is looked at, in bytes.
    public static let maximumBytes = 4096

    private let issuer: String
    private let audience: String

    /// Creates a verifier for tokens of one issuer for one audience.
    public init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }

    /// The `kid` that a token asks for, before anything is verified; for fetching the right key set.
    ///
    /// - Throws: ``TokenError`` for a malformed token or an unacceptable header.
    public func keyID(of token: String) throws(TokenError) -> String {
        guard token.utf8.count <= Self.maximumBytes else { throw TokenError(.malformed) }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }),
            let header = Base64URL.decode(parts[0]), Base64URL.decode(parts[1]) != nil,
            Base64URL.decode(parts[2]) != nil
        else { throw TokenError(.malformed) }
        // Anything that does not decode is refused just below.
        guard let fields = try? JSONDecoder().decode([String: String].self, from: header), hasEachNameOnce(header)
        else { throw TokenError(.unacceptableHeader) }
        guard Set(fields.keys) == ["alg", "typ", "kid"], fields["alg"] == "EdDSA", let kid = fields["kid"],
            fields["typ"]?.lowercased() == "at+jwt"
        else { throw TokenError(.unacceptableHeader) }
        return kid
    }

    /// What a token says, once all of it is verified.
    ///
    /// - Parameters:
    ///   - token: The compact JWS.
    ///   - keys: The issuer's keys.
    ///   - now: The wall clock's time.
    /// - Returns: Account, session, roles and expiry of a token whose header, signature and claims are all acceptable.
    /// - Throws: ``TokenError``.
    public func verify(_ token: String, with keys: KeySet, at now: Date) async throws(TokenError) -> AccessToken {
        let kid = try keyID(of: token)
        guard let key = keys.key(withID: kid) else { throw TokenError(.unknownKey) }
        let claims = try await claims(of: token, signedBy: key)
        let leeway = Double(Self.leeway.components.seconds)
        guard claims.iss.value == issuer, claims.aud.values == [audience], !claims.sub.value.isEmpty,
            claims.iat.value <= now.addingTimeInterval(leeway),
            claims.nbf.map({ $0.value <= now.addingTimeInterval(leeway) }) ?? true
        else { throw TokenError(.badClaims) }
        guard claims.exp.value > now.addingTimeInterval(-leeway) else { throw TokenError(.expired) }
        return AccessToken(
            accountID: claims.sub.value,
            sessionID: claims.sid,
            roles: Set(claims.roles),
            expiresAt: claims.exp.value
        )
    }

    /// Three names and three values take twelve quotation marks; more are a name given twice, or an escape.
    private func hasEachNameOnce(_ header: Data) -> Bool {
        header.count { $0 == UInt8(ascii: "\"") } == 12
    }

    private func claims(of token: String, signedBy key: PublicKey) async throws(TokenError) -> AccessTokenClaims {
        do {
            // A collection of this one key: the library cannot fall back to another.
            let collection = JWTKeyCollection()
            await collection.add(
                eddsa: try EdDSA.PublicKey(x: key.x, curve: .ed25519),
                kid: JWKIdentifier(string: key.kid)
            )
            return try await collection.verify(token, as: AccessTokenClaims.self)
        } catch let error as JWTError where error.errorType == .malformedToken {
            throw TokenError(.badClaims)
        } catch {
            throw TokenError(.badSignature)
        }
    }
}
