import FoundationEssentials

/// Opaque page cursors: what they hold is nobody's business but the service's.
public enum PageCursor {
    /// Encodes a position.
    public static func encode(_ position: String) -> String {
        var text = Data(position.utf8).base64EncodedString()
        while text.hasSuffix("=") { text.removeLast() }
        return String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// Decodes a cursor; nil when it is none.
    public static func decode(_ cursor: String) -> String? {
        guard (1...1024).contains(cursor.utf8.count) else { return nil }
        var text = String(cursor.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let position = Data(base64Encoded: text).flatMap { String(validating: $0, as: UTF8.self) }
        return position.flatMap { encode($0) == cursor ? $0 : nil }
    }
}
