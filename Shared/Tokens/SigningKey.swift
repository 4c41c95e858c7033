import Crypto
public import FoundationEssentials

/// An Ed25519 key pair that signs access tokens, with the ID under which its public half is published.
public struct SigningKey: Sendable {
    /// The key's ID: its RFC 7638 thumbprint.
    public let id: String
    let privateKey: Curve25519.Signing.PrivateKey

    /// Makes a new key.
    public init() {
        self.init(privateKey: Curve25519.Signing.PrivateKey())
    }

    /// Restores a key from its 32 bytes.
    ///
    /// - Throws: When the bytes are no key.
    public init(rawRepresentation: Data) throws {
        self.init(privateKey: try Curve25519.Signing.PrivateKey(rawRepresentation: rawRepresentation))
    }

    private init(privateKey: Curve25519.Signing.PrivateKey) {
        self.privateKey = privateKey
        id = PublicKey.thumbprint(of: privateKey.publicKey.rawRepresentation)
    }

    /// The key's 32 bytes, to be stored encrypted.
    public var rawRepresentation: Data { privateKey.rawRepresentation }

    /// The published half.
    public var publicKey: PublicKey {
        PublicKey(x: Base64URL.encode(privateKey.publicKey.rawRepresentation), kid: id)
    }
}
