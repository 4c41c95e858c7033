import FoundationEssentials

/// An account that a local stack starts with, one a role.
package struct DemoAccount: Codable, Sendable {
    static let roles = ["member", "shelter", "operator", "admin"]

    package var email: String
    package var name: String
    package var password: String
    package var roles: [String]

    init(role: String, password: String) {
        email = "\(role)@clowder.example"
        name = "Demo \(role)"
        self.password = password
        roles = role == "member" ? [] : [role]
    }

    /// The role's name, `member` for an account without one.
    package var role: String { roles.first ?? "member" }

    /// The accounts of a stack.
    ///
    /// - Throws: `StackFailure` when the stack has never been started.
    package static func read(_ layout: StateLayout) throws(StackFailure) -> [DemoAccount] {
        guard let data = FileManager.default.contents(atPath: layout.accounts) else {
            throw StackFailure("there are no accounts in \(layout.root) yet; start the stack with make up")
        }
        do {
            return try JSONDecoder().decode([DemoAccount].self, from: data)
        } catch {
            throw StackFailure("\(layout.accounts) is damaged: it is no list of accounts; \(StackFailure.wayBack)")
        }
    }
}
