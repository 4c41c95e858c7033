import Mail

/// The header of a mail: fields whose values cannot break out of their line.
struct MailHeader: Sendable {
    private(set) var text = ""

    /// Adds a field.
    ///
    /// - Throws: ``DeliveryError``, permanent, for a value with CR, LF, NUL or anything else outside printable ASCII:
    ///   what is not ASCII has to be encoded before it comes here.
    mutating func add(_ name: String, _ value: String) throws(DeliveryError) {
        guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw DeliveryError(
                permanence: .permanent,
                description: "the header field \(name) would contain control or non-ASCII characters"
            )
        }
        text += "\(name): \(value)\r\n"
    }
}
