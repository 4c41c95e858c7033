package import FoundationEssentials
package import InputValidation

/// A person's account.
package struct Account: Hashable, Sendable {
    package let id: String
    package var email: EmailAddress
    package var name: String
    package var roles: Set<String>
    package var isVerified: Bool
    package var createdAt: Date
    /// Grows with each change; the `ETag`.
    package var version: Int

    package init(
        id: String,
        email: EmailAddress,
        name: String,
        roles: Set<String>,
        isVerified: Bool,
        createdAt: Date,
        version: Int
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.roles = roles
        self.isVerified = isVerified
        self.createdAt = createdAt
        self.version = version
    }
}
