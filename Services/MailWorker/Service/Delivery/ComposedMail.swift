import FoundationEssentials

/// A mail in the form of RFC 5322, ready to be handed over.
struct ComposedMail: Sendable {
    /// The mailbox it goes to.
    let recipient: String
    /// Its `Message-ID` without angle brackets: always the same for the same job.
    let messageID: String
    /// Header and body, lines ended by CR LF.
    let text: String
}
