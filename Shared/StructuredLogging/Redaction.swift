/// Which metadata values never reach a log.
public enum Redaction {
    /// What stands in the place of a secret.
    public static let replacement = "[redacted]"

    private static let secretWords = [
        "password", "secret", "token", "authorization", "cookie", "pepper", "private", "credential", "body",
    ]

    /// Whether values under `key` are secret, judged by the words in it.
    public static func isSecret(_ key: String) -> Bool {
        let key = key.lowercased()
        return secretWords.contains { key.contains($0) }
    }
}
