import FoundationEssentials
import Testing
import Tokens

@Suite struct KeySetTests {
    /// The key pair of RFC 8037 appendix A.1 to A.3.
    private func exampleKey() throws -> SigningKey {
        try SigningKey(rawRepresentation: TokenForge.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    }

    private func parse(_ json: String) throws -> KeySet {
        try JSONDecoder().decode(KeySet.self, from: Data(json.utf8))
    }

    private func published(_ keys: KeySet) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(keys), as: UTF8.self)
    }

    @Test func namesAKeyByItsThumbprint() throws {
        let key = try exampleKey()
        #expect(key.id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(key.publicKey.x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        #expect(key.publicKey.kid == key.id)
    }

    @Test func publishesThePublicHalfAlone() throws {
        let key = try exampleKey()
        let expected =
            #"{"keys":[{"alg":"EdDSA","crv":"Ed25519","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","kty":"OKP","#
            + #""use":"sig","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
        #expect(try published(KeySet(keys: [key.publicKey])) == expected)
    }

    @Test func readsWhatItPublishes() throws {
        let keys = KeySet(keys: [SigningKey().publicKey, SigningKey().publicKey])
        #expect(try parse(try published(keys)) == keys)
    }

    @Test func ignoresMembersItDoesNotKnow() throws {
        let keys = try parse(
            #"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","x":"A","kid":"k","x5t":"?"}],"more":1}"#
        )
        #expect(keys.key(withID: "k")?.x == "A")
    }

    @Test(arguments: ["", "{}", "[]", #"{"keys":{}}"#, #"{"keys":["k"]}"#, #"{"keys":[{"kty":"OKP"}]}"#])
    func refusesWhatIsNoKeySet(_ json: String) {
        #expect(throws: (any Error).self) { try parse(json) }
    }

    @Test(arguments: [
        ("OKP", "EC"), ("OKP", "oct"), ("Ed25519", "X25519"), ("Ed25519", "Ed448"), ("EdDSA", "ES256"),
        ("EdDSA", "HS256"), ("EdDSA", ""), ("sig", "enc"),
    ])
    func passesOverKeysOfAnotherKind(_ value: String, replacement: String) throws {
        let json = #"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","x":"A","kid":"k"}]}"#
        #expect(try parse(json).key(withID: "k") != nil)
        let other = json.replacing("\"\(value)\"", with: "\"\(replacement)\"")
        #expect(try parse(other).key(withID: "k") == nil)
    }

    @Test(arguments: ["", "K", "k ", "kk"])
    func findsAKeyByItsExactIDOnly(_ id: String) {
        #expect(KeySet(keys: [PublicKey(x: "A", kid: "k")]).key(withID: id) == nil)
    }

    @Test func makesDifferentKeys() {
        #expect(SigningKey().id != SigningKey().id)
    }

    @Test func restoresAKeyFromItsBytes() throws {
        let key = SigningKey()
        #expect(key.rawRepresentation.count == 32)
        let restored = try SigningKey(rawRepresentation: key.rawRepresentation)
        #expect(restored.id == key.id)
        #expect(restored.publicKey == key.publicKey)
    }

    @Test(arguments: [0, 31, 33])
    func refusesBytesThatAreNoKey(_ count: Int) {
        #expect(throws: (any Error).self) { try SigningKey(rawRepresentation: Data(count: count)) }
    }

    /// The set grows before the new key signs and shrinks after the last token of the old one has expired.
    @Test func verifiesTokensOfBothKeysDuringARotation() async throws {
        let verifier = AccessTokenVerifier(issuer: TokenForge.issuer, audience: TokenForge.audience)
        let (old, new) = (TokenForge(), TokenForge())
        let both = KeySet(keys: [new.key.publicKey, old.key.publicKey])
        for forge in [old, new] {
            let contents = try await verifier.verify(try forge.signed(), with: both, at: TokenForge.now)
            #expect(contents.accountID == "account-1")
        }
        let oldToken = try old.signed()
        await #expect(throws: TokenError(.unknownKey)) {
            try await verifier.verify(oldToken, with: new.keys, at: TokenForge.now)
        }
    }
}
