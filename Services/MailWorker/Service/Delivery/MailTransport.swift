/// Hands a finished mail to whatever brings it to its mailbox.
protocol MailTransport: Sendable {
    /// Delivers a mail; delivering the same mail again must not make a second one appear where that can be helped.
    ///
    /// - Throws: ``DeliveryError``.
    func deliver(_ mail: ComposedMail) async throws(DeliveryError)

    /// Throws when nothing can be delivered at the moment.
    func check() async throws(DeliveryError)
}

/// Why a mail was not delivered.
struct DeliveryError: Error, Sendable, CustomStringConvertible {
    /// Whether trying again can help.
    enum Permanence: Sendable {
        /// A later attempt may succeed.
        case transient
        /// No attempt can succeed.
        case permanent
    }

    var permanence: Permanence
    var description: String
}
