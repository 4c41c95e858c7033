package import FoundationEssentials

/// Says how far something got.
package struct StatusReply: Codable, Sendable {
    package var status: String

    package init(status: String) {
        self.status = status
    }

    /// The address has to be confirmed.
    package static var verificationPending: Self { Self(status: "verification-pending") }
    /// The address is confirmed.
    package static var verified: Self { Self(status: "verified") }
}

/// A logged-in session's tokens.
package struct SessionReply: Codable, Sendable {
    package var accessToken: String
    package var tokenType = "Bearer"
    /// How long the access token is valid, in seconds.
    package var expiresIn: Int
    package var refreshToken: String

    package init(accessToken: String, expiresIn: Int, refreshToken: String) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.refreshToken = refreshToken
    }
}

/// An account as its owner and administrators see it.
package struct AccountReply: Codable, Sendable {
    package var id: String
    package var email: String
    package var name: String
    package var roles: [String]
    package var verified: Bool
    package var createdAt: Date

    package init(id: String, email: String, name: String, roles: [String], verified: Bool, createdAt: Date) {
        self.id = id
        self.email = email
        self.name = name
        self.roles = roles
        self.verified = verified
        self.createdAt = createdAt
    }
}
