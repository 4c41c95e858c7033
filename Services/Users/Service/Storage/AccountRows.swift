import FoundationEssentials
import GRDB
import InputValidation
import PasswordHashing
import UsersDomain

/// How accounts are read from rows.
enum AccountRows {
    static let columns = "id, email, name, password_hash, roles, verified_at, contested, created_at, version"

    static func account(_ row: Row) throws -> Account {
        guard let email = EmailAddress(row["email"]) else {
            throw DatabaseError(message: "the account \(row["id"] as String) has no valid address")
        }
        return Account(
            id: row["id"],
            email: email,
            name: row["name"],
            roles: roles(row["roles"]),
            isVerified: (row["verified_at"] as Double?) != nil,
            createdAt: Date(timeIntervalSince1970: row["created_at"]),
            version: row["version"]
        )
    }

    static func passwordHash(_ row: Row) -> PasswordHash? {
        PasswordHash(encoded: row["password_hash"])
    }

    static func roles(_ roles: Set<String>) -> String {
        roles.sorted().joined(separator: " ")
    }

    static func roles(_ text: String) -> Set<String> {
        Set(text.split(separator: " ").map(String.init))
    }
}

/// An account together with the hash its password is checked against.
struct AccountCredentials: Sendable {
    var account: Account
    var passwordHash: PasswordHash?
}
