import Crypto
import FoundationEssentials
import Tokens

/// Makes tokens that no issuer would, signed or not.
struct TokenForge {
    static let issuer = "https://issuer.test"
    static let audience = "board"
    static let now = Date(timeIntervalSince1970: 1_700_000_000)

    let key: SigningKey

    init(key: SigningKey = SigningKey()) {
        self.key = key
    }

    var keys: KeySet { KeySet(keys: [key.publicKey]) }

    /// A header that the verifier takes.
    var header: String { #"{"alg":"EdDSA","kid":"\#(key.id)","typ":"at+jwt"}"# }

    /// Claims that the verifier takes, but for the given ones; nil leaves a claim out.
    static func claims(_ changes: [String: String?] = [:]) -> String {
        var claims: [String: String?] = [
            "iss": #""https://issuer.test""#, "aud": #"["board"]"#, "sub": #""account-1""#, "exp": "1700000600",
            "iat": "1700000000", "jti": #""token-1""#, "sid": #""session-1""#, "roles": #"["shelter"]"#,
        ]
        claims.merge(changes) { $1 }
        let members = claims.compactMap { name, value in value.map { #""\#(name)":\#($0)"# } }
        return "{" + members.sorted().joined(separator: ",") + "}"
    }

    /// Header and claims with the key's own signature.
    func signed(header: String? = nil, claims: String = TokenForge.claims()) throws -> String {
        let input = Self.encode(header ?? self.header) + "." + Self.encode(claims)
        let privateKey = try Curve25519.Signing.PrivateKey(rawRepresentation: key.rawRepresentation)
        return input + "." + Self.encode(try privateKey.signature(for: Data(input.utf8)))
    }

    /// Header and claims with the HMAC of any secret.
    func signedByHMAC(header: String, secret: Data) -> String {
        let input = Self.encode(header) + "." + Self.encode(Self.claims())
        let code = HMAC<SHA256>.authenticationCode(for: Data(input.utf8), using: SymmetricKey(data: secret))
        return input + "." + Self.encode(Data(code))
    }

    static func encode(_ text: String) -> String { encode(Data(text.utf8)) }

    static func encode(_ data: Data) -> String {
        String(data.base64EncodedString().compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }

    static func decode(_ part: Substring) throws -> Data {
        var text = String(part.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text) else { throw NotBase64URL(text: text) }
        return data
    }

    struct NotBase64URL: Error {
        let text: String
    }
}
