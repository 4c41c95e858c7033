import FoundationEssentials
import InputValidation

/// An account that a deployment starts with, such as its first administrator.
struct BootstrapAccount: Sendable {
    let email: EmailAddress
    let name: String
    let password: String
    let roles: Set<String>

    private struct Entry: Decodable {
        var email: String
        var name: String
        var password: String
        var roles: Set<String>
    }

    /// Reads the secret file of the setting `bootstrap.accounts`: a JSON array of
    /// `{"email", "name", "password", "roles"}`.
    static func read(_ json: String) throws -> [BootstrapAccount] {
        try JSONDecoder().decode([Entry].self, from: Data(json.utf8)).map { entry in
            guard let email = EmailAddress(entry.email) else {
                throw InvalidInput([FieldError(pointer: "/email", rule: "email", message: "of a bootstrap account")])
            }
            return BootstrapAccount(email: email, name: entry.name, password: entry.password, roles: entry.roles)
        }
    }
}
