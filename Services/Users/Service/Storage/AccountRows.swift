import FoundationEssentials
import InputValidation
import PasswordHashing
import SQLStorage
import UsersDomain

/// How accounts are read from rows.
enum AccountRows {
    static let columns = "id, email, name, password_hash, roles, verified_at, contested, created_at, version"

    static func account(_ row: SQLRow) throws -> Account {
        guard let email = EmailAddress(try row["email"]) else {
            throw SQLError(.unexpected, "the account \(try row["id"] as String) has no valid address")
        }
        return Account(
            id: try row["id"],
            email: email,
            name: try row["name"],
            roles: roles(try row["roles"]),
            isVerified: try row.optional("verified_at") as Double? != nil,
            createdAt: Date(timeIntervalSince1970: try row["created_at"]),
            version: try row["version"]
        )
    }

    static func passwordHash(_ row: SQLRow) throws -> PasswordHash? {
        PasswordHash(encoded: try row["password_hash"])
    }

    static func credentials(_ row: SQLRow) throws -> AccountCredentials {
        AccountCredentials(account: try account(row), passwordHash: try passwordHash(row))
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
