public import SMTP

/// Hands each mail to an SMTP server.
///
/// A mail that is handed over twice is told apart from another by its `Message-ID`.
public struct SMTPTransport: MailTransport {
    private let client: SMTPClient
    private let sender: String

    /// Creates a transport; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - client: The way to the server.
    ///   - sender: The address that failures are told to.
    public init(client: SMTPClient, sender: String) {
        self.client = client
        self.sender = sender
    }

    /// Hands the mail over in a conversation of its own.
    public func deliver(_ mail: ComposedMail) async throws(DeliveryError) {
        do {
            try await client.send(mail.text, from: sender, to: mail.recipient)
        } catch {
            throw DeliveryError(error)
        }
    }

    /// Asks for greeting, encryption and log-in.
    public func check() async throws(DeliveryError) {
        do {
            try await client.check()
        } catch {
            throw DeliveryError(error)
        }
    }
}
