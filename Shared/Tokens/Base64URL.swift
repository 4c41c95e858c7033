import FoundationEssentials

/// base64url without padding (RFC 4648 section 5), decoded only from its one canonical spelling.
enum Base64URL {
    static func encode(_ data: Data) -> String {
        var text = data.base64EncodedString()
        while text.hasSuffix("=") { text.removeLast() }
        return String(
            text.map { character -> Character in
                switch character {
                case "+": "-"
                case "/": "_"
                default: character
                }
            }
        )
    }

    /// The bytes, or nil for padding, foreign characters or stray bits at the end.
    static func decode(_ text: String) -> Data? {
        var standard = ""
        for character in text.unicodeScalars {
            switch character {
            case "-": standard += "+"
            case "_": standard += "/"
            case "+", "/", "=": return nil
            default: standard.unicodeScalars.append(character)
            }
        }
        standard += String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: standard), encode(data) == text else { return nil }
        return data
    }
}
