import FoundationEssentials

/// Tells that an account is gone and that what is kept of it elsewhere must go, too.
package struct AccountErasure: Hashable, Sendable, Codable {
    /// The queue's topic for erasures.
    package static let topic = "account-erasure"

    /// The account.
    package var accountID: String

    package init(accountID: String) {
        self.accountID = accountID
    }

    /// The erasure as a message body.
    package func encoded() throws -> [UInt8] {
        Array(try JSONEncoder().encode(self))
    }

    /// Reads a message body.
    package init(decoding body: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(body))
    }
}
