import Crypto
import FoundationEssentials

/// The public half of a signing key as a JSON Web Key (RFC 7517, RFC 8037).
public struct PublicKey: Hashable, Sendable, Codable {
    /// The key type, `OKP`.
    public var kty = "OKP"
    /// The curve, `Ed25519`.
    public var crv = "Ed25519"
    /// The only algorithm the key is used with.
    public var alg = "EdDSA"
    /// The only use, `sig`.
    public var use = "sig"
    /// The public key, base64url.
    public var x: String
    /// The key's ID.
    public var kid: String

    /// Creates a key.
    public init(x: String, kid: String) {
        self.x = x
        self.kid = kid
    }

    /// Whether the key is what this module signs with; anything else in a set is passed over.
    var isUsable: Bool {
        kty == "OKP" && crv == "Ed25519" && alg == "EdDSA" && use == "sig"
    }

    /// The RFC 7638 thumbprint of an Ed25519 public key.
    static func thumbprint(of rawKey: Data) -> String {
        let canonical = #"{"crv":"Ed25519","kty":"OKP","x":"\#(Base64URL.encode(rawKey))"}"#
        return Base64URL.encode(Data(SHA256.hash(data: Data(canonical.utf8))))
    }
}

/// The keys that may have signed a valid token (RFC 7517 section 5).
public struct KeySet: Hashable, Sendable, Codable {
    /// The keys, the newest first.
    public var keys: [PublicKey]

    /// Creates a set.
    public init(keys: [PublicKey]) {
        self.keys = keys
    }

    /// The usable key with exactly this ID.
    public func key(withID id: String) -> PublicKey? {
        keys.first { $0.kid == id && $0.isUsable }
    }
}
