/// Texts as they stand in a URL's query.
enum QueryText {
    /// `text` with every byte percent-encoded, so that nothing of it is syntax.
    static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
