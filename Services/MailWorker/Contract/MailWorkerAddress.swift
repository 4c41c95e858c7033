package import Discovery

/// How the mail worker is found and what it answers.
package enum MailWorkerAddress {
    /// Its name in the registry.
    package static let name = ServiceName(known: "mail-worker")
    /// The path below which dead letters are.
    package static let deadLettersPath = "/v1/mail/dead-letters"
}
