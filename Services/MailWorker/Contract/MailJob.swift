import FoundationEssentials

/// A mail to be composed and delivered, as it travels through outbox and queue.
package struct MailJob: Hashable, Sendable, Codable {
    /// The queue's topic for mail jobs.
    package static let topic = "mail"

    /// What the mail says.
    package enum Template: String, Sendable, Codable, CaseIterable {
        /// Carries the token that confirms an address.
        case verification
        /// Tells the owner of a known address that somebody tried to register it.
        case addressKnown = "address-known"
        /// Carries the token that sets a new password.
        case passwordReset = "password-reset"
        /// Tells that the password was changed.
        case passwordChanged = "password-changed"
    }

    /// What the mail says.
    package var template: Template
    /// The account it is for; lets the account's erasure find the mail.
    package var accountID: String
    /// The mailbox it goes to.
    package var recipient: String
    /// How the mail addresses its reader.
    package var name: String
    /// The single-use token, where the template has one.
    package var token: String?

    package init(template: Template, accountID: String, recipient: String, name: String, token: String? = nil) {
        self.template = template
        self.accountID = accountID
        self.recipient = recipient
        self.name = name
        self.token = token
    }

    /// The job as a message body.
    package func encoded() throws -> [UInt8] {
        Array(try JSONEncoder().encode(self))
    }

    /// Reads a message body.
    package init(decoding body: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(body))
    }
}
