import Crypto
package import FoundationEssentials

/// A secret of 256 random bits that is handed out once and kept only as its SHA-256.
///
/// A fast hash is enough: unlike a password the secret cannot be guessed.
package struct OpaqueToken: Sendable {
    /// The secret, base64url without padding: 43 characters.
    package let text: String

    /// Makes a new secret.
    package init(using generator: inout some RandomNumberGenerator) {
        let bytes = (0..<32).map { _ in generator.next() as UInt8 }
        text = Self.base64URL(Data(bytes))
    }

    /// What is stored of this token.
    package var digest: Data { Self.digest(of: text) }

    /// What would be stored of a token that somebody sent.
    package static func digest(of text: String) -> Data {
        Data(SHA256.hash(data: Data(text.utf8)))
    }

    private static func base64URL(_ data: Data) -> String {
        String(
            data.base64EncodedString().compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            }
        )
    }
}
