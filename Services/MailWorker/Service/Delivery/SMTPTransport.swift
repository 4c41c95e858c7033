import InputValidation
import SMTP

/// Hands each mail to an SMTP server.
///
/// A mail that is handed over twice is told apart from another by its `Message-ID`.
struct SMTPTransport: MailTransport {
    let client: SMTPClient
    /// The address that failures are told to.
    let sender: String

    func deliver(_ mail: ComposedMail) async throws(DeliveryError) {
        do {
            try await client.send(mail.text, from: sender, to: mail.recipient)
        } catch {
            throw DeliveryError(error)
        }
    }

    func check() async throws(DeliveryError) {
        do {
            try await client.check()
        } catch {
            throw DeliveryError(error)
        }
    }
}

extension DeliveryError {
    /// The same failure without addresses: servers repeat them, and it goes into logs.
    init(_ error: SMTPError) {
        self.init(
            permanence: error.permanence == .permanent ? .permanent : .transient,
            description: Self.maskingAddresses(error.description)
        )
    }

    static func maskingAddresses(_ text: String) -> String {
        var result = ""
        var word = ""
        for character in text + " " {
            guard character.isWhitespace || "<>()[]\"',;:".contains(character) else {
                word.append(character)
                continue
            }
            if word.contains("@") { word = EmailAddress(word)?.masked ?? "…" }
            result += word + String(character)
            word = ""
        }
        return String(result.dropLast())
    }
}
