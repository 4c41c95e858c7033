import Crypto
import FoundationEssentials
import TestSupport
import Testing
import Tokens

/// The attacks of RFC 8725 section 2.
@Suite struct TokenForgeryTests {
    private let forge = TokenForge()
    private let verifier = AccessTokenVerifier(issuer: TokenForge.issuer, audience: TokenForge.audience)

    private func refusal(of token: String, with keys: KeySet? = nil) async -> TokenError? {
        do {
            _ = try await verifier.verify(token, with: keys ?? forge.keys, at: TokenForge.now)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS256", "ES256", "PS256", "Ed25519", "eddsa", "EDDSA",
    ])
    func refusesEveryAlgorithmButTheKeys(_ algorithm: String) async throws {
        let header = #"{"alg":"\#(algorithm)","kid":"\#(forge.key.id)","typ":"at+jwt"}"#
        #expect(await refusal(of: try forge.signed(header: header)) == TokenError(.unacceptableHeader))
    }

    @Test(arguments: ["none", "EdDSA"])
    func refusesATokenWithoutASignature(_ algorithm: String) async {
        let header = #"{"alg":"\#(algorithm)","kid":"\#(forge.key.id)","typ":"at+jwt"}"#
        let unsigned = TokenForge.encode(header) + "." + TokenForge.encode(TokenForge.claims())
        #expect(await refusal(of: unsigned + ".") == TokenError(.malformed))
        #expect(await refusal(of: unsigned) == TokenError(.malformed))
    }

    /// The public key is no secret: as an HMAC key it must not sign.
    @Test(arguments: ["HS256", "EdDSA"])
    func refusesAnHMACWithThePublicKey(_ algorithm: String) async throws {
        let header = #"{"alg":"\#(algorithm)","kid":"\#(forge.key.id)","typ":"at+jwt"}"#
        let publicKey = forge.key.publicKey
        for secret in [Data(publicKey.x.utf8), try TokenForge.decode(Substring(publicKey.x))] {
            #expect(await refusal(of: forge.signedByHMAC(header: header, secret: secret)) != nil)
        }
    }

    @Test(arguments: ["jwt", "JWT", "at+jwt ", "application/at+jwt", "rt+jwt", "id+jwt", ""])
    func refusesAnotherType(_ type: String) async throws {
        let header = #"{"alg":"EdDSA","kid":"\#(forge.key.id)","typ":"\#(type)"}"#
        #expect(await refusal(of: try forge.signed(header: header)) == TokenError(.unacceptableHeader))
    }

    @Test func takesTheTypeInWhateverCase() async throws {
        let header = #"{"alg":"EdDSA","kid":"\#(forge.key.id)","typ":"AT+JWT"}"#
        #expect(await refusal(of: try forge.signed(header: header)) == nil)
    }

    @Test(arguments: [
        #""jku":"https://evil.test/keys""#, #""x5u":"https://evil.test/chain""#, #""x5c":["MII"]"#, #""x5t":"a""#,
        #""jwk":{"kty":"OKP"}"#, #""crit":["b64"]"#, #""crit":[]"#, #""b64":false"#, #""cty":"JWT""#, #""zip":"DEF""#,
        #""unknown":"""#,
    ])
    func refusesFieldsThatPointElsewhereOrChangeTheRules(_ field: String) async throws {
        let header = #"{"alg":"EdDSA","kid":"\#(forge.key.id)","typ":"at+jwt",\#(field)}"#
        #expect(await refusal(of: try forge.signed(header: header)) == TokenError(.unacceptableHeader))
    }

    @Test(arguments: [
        #"{"kid":"K","typ":"at+jwt"}"#, #"{"alg":"EdDSA","typ":"at+jwt"}"#, #"{"alg":"EdDSA","kid":"K"}"#,
        #"{"alg":"EdDSA","kid":1,"typ":"at+jwt"}"#, #"{"alg":["EdDSA"],"kid":"K","typ":"at+jwt"}"#, "{}", "[]", "null",
        #"{"alg":"EdDSA","kid":"K","typ":"at+jwt""#,
    ])
    func refusesAHeaderOfAnotherShape(_ header: String) async throws {
        let token = try forge.signed(header: header.replacing("K", with: forge.key.id))
        #expect(await refusal(of: token) == TokenError(.unacceptableHeader))
    }

    /// RFC 7515 section 4: names are unique.
    @Test(arguments: [
        #"{"alg":"EdDSA","alg":"none","kid":"K","typ":"at+jwt"}"#,
        #"{"alg":"none","kid":"K","typ":"at+jwt","alg":"EdDSA"}"#,
        #"{"alg":"EdDSA","kid":"K","kid":"other","typ":"at+jwt"}"#,
        #"{"alg":"EdDSA","kid":"K","typ":"at+jwt","typ":"JWT"}"#,
        #"{"alg":"EdDSA","kid":"K","typ":"at+jwt","\u0061lg":"none"}"#,
    ])
    func refusesAHeaderWithANameTwice(_ header: String) async throws {
        let token = try forge.signed(header: header.replacing("K", with: forge.key.id))
        #expect(await refusal(of: token) == TokenError(.unacceptableHeader))
    }

    @Test func refusesAKeyThatIsNotInTheSet() async throws {
        let token = try forge.signed()
        #expect(await refusal(of: token, with: KeySet(keys: [])) == TokenError(.unknownKey))
        #expect(await refusal(of: token, with: TokenForge().keys) == TokenError(.unknownKey))
    }

    @Test(arguments: ["", "a", "../../key"])
    func refusesAnotherKeyID(_ id: String) async throws {
        let token = try forge.signed(header: #"{"alg":"EdDSA","kid":"\#(id)","typ":"at+jwt"}"#)
        #expect(await refusal(of: token) == TokenError(.unknownKey))
    }

    @Test func refusesAnotherKeysSignatureUnderAKnownID() async throws {
        let stranger = try TokenForge().signed(header: forge.header)
        #expect(await refusal(of: stranger) == TokenError(.badSignature))
    }

    @Test func refusesASignatureUnderAPublishedKeyThatIsNoPoint() async throws {
        let broken = PublicKey(x: "AAAA", kid: forge.key.id)
        #expect(await refusal(of: try forge.signed(), with: KeySet(keys: [broken])) == TokenError(.badSignature))
    }

    @Test func refusesOtherClaimsUnderTheSameSignature() async throws {
        var parts = try forge.signed().split(separator: ".").map(String.init)
        parts[1] = TokenForge.encode(TokenForge.claims(["roles": #"["admin"]"#]))
        #expect(await refusal(of: parts.joined(separator: ".")) == TokenError(.badSignature))
    }

    /// Every character of every part counts, the last ones with their unused bits included.
    @Test func refusesATokenWithAnyCharacterChanged() async throws {
        let token = Array(try forge.signed())
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var generator = SeededGenerator(seed: 7)
        for index in token.indices where token[index] != "." {
            var changed = token
            let others = alphabet.filter { $0 != token[index] }
            changed[index] = try #require(others.randomElement(using: &generator))
            #expect(await refusal(of: String(changed)) != nil, "character \(index), seed \(generator.seed)")
        }
    }

    @Test(arguments: ["=", "==", " ", "\n", "."])
    func refusesAnythingBehindTheSignature(_ suffix: String) async throws {
        #expect(await refusal(of: try forge.signed() + suffix) == TokenError(.malformed))
    }

    @Test(arguments: ["A", "AA", "AAAA"])
    func refusesALongerSignature(_ suffix: String) async throws {
        #expect(await refusal(of: try forge.signed() + suffix) != nil)
    }

    @Test(arguments: ["", ".", "..", "a", "a.b", "a.b.c.d", "a.b.c.d.e", "é.é.é", "a..c", ".b.c", "{}.{}.{}"])
    func refusesWhatIsNoCompactSignature(_ text: String) async {
        #expect(await refusal(of: text) == TokenError(.malformed))
    }

    @Test func refusesATokenBeyondTheLimit() async throws {
        let claims = TokenForge.claims(["roles": "[\"\(String(repeating: "a", count: 4096))\"]"])
        #expect(await refusal(of: try forge.signed(claims: claims)) == TokenError(.malformed))
    }
}
