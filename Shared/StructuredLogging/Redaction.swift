/// Which metadata values never reach a log.
public enum Redaction {
    /// What stands in the place of a secret.
    public static let replacement = "[redacted]"

    private static let secretWords = [
        "password", "secret", "token", "authorization", "cookie", "pepper", "private", "credential", "body",
    ].map { Array($0.utf8) }

    /// Whether values under `key` are secret, judged by the words in it, in whatever case.
    public static func isSecret(_ key: String) -> Bool {
        let key = key.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return secretWords.contains { word in contains(key, word) }
    }

    /// A plain search over bytes: every value of every log line comes by here.
    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard text.count >= word.count else { return false }
        return (0...(text.count - word.count)).contains { start in
            text[start] == word[0] && text[start..<(start + word.count)].elementsEqual(word)
        }
    }
}
