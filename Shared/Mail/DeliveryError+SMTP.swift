import InputValidation
import SMTP

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
