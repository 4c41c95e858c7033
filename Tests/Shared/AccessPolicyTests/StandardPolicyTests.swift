import AccessPolicy
import FoundationEssentials
import TestSupport
import Testing

/// The policy of the application, spelled out once more: a change of the data file has to be made here too.
@Suite struct StandardPolicyTests {
    /// A permission and the decisions for each caller, `+` granted, `?` needs a login, `-` denied.
    struct Row: Sendable, CustomTestStringConvertible {
        let action: String
        let resource: String
        /// Not logged in, member without a role, shelter, operator, admin.
        let decisions: String

        init(_ action: String, _ resource: String, _ decisions: String) {
            self.action = action
            self.resource = resource
            self.decisions = decisions
        }

        var permission: Permission { Permission(action, resource) }
        var testDescription: String { "\(permission)" }
    }

    static let callers: [Set<String>?] = [nil, [], ["shelter"], ["operator"], ["admin"]]

    static let table = [
        Row("create", "account", "+++++"), Row("verify", "account", "+++++"),
        Row("create", "session", "+++++"), Row("refresh", "session", "+++++"), Row("end", "session", "?++++"),
        Row("reset", "password", "+++++"), Row("change", "own-password", "?++++"),
        Row("read", "own-account", "?++++"), Row("change", "own-account", "?++++"),
        Row("delete", "own-account", "?++++"),
        Row("read", "listing", "+++++"), Row("search", "listing", "+++++"),
        Row("write", "listing", "?-+-+"), Row("delete", "listing", "?-+-+"), Row("import", "listing", "?-+-+"),
        Row("read", "dead-letter", "?--++"), Row("replay", "dead-letter", "?--++"),
        Row("delete", "dead-letter", "?--++"),
        Row("change", "roles", "?---+"),
        Row("read", "key-set", "+++++"),
    ]

    @Test(arguments: table)
    func decidesForEachCaller(_ row: Row) throws {
        #expect(try decisions(on: row.permission) == row.decisions)
    }

    @Test func deniesEveryOtherActionOnEveryResource() throws {
        let granted = Set(Self.table.map(\.permission))
        let actions = Set(Self.table.map(\.action)).union(["own", ""])
        let resources = Set(Self.table.map(\.resource)).union(["everything", ""])
        for permission in actions.flatMap({ action in resources.map { Permission(action, $0) } })
        where !granted.contains(permission) {
            #expect(try decisions(on: permission) == "?----", "\(permission)")
        }
    }

    @Test func hasNoPermissionBesidesTheTables() throws {
        struct File: Decodable {
            var roles: [String: [Permission]]
        }
        let path = ProjectFiles.root + "/Shared/AccessPolicy/Resources/access-policy.json"
        let file = try JSONDecoder().decode(File.self, from: Data(try ProjectFiles.read(path)))
        #expect(Set(file.roles.values.joined()) == Set(Self.table.map(\.permission)))
        #expect(file.roles.keys.sorted() == ["admin", "anyone", "member", "operator", "shelter"])
        #expect(file.roles.values.allSatisfy { Set($0).count == $0.count })
    }

    @Test func letsAccountsHaveTheRolesThatAreNotGivenToAll() throws {
        #expect(try RolePolicy.standard().assignableRoles == ["admin", "operator", "shelter"])
    }

    private func decisions(on permission: Permission) throws -> String {
        let policy = try RolePolicy.standard()
        return String(
            Self.callers.map { roles in
                switch policy.decide(permission, roles: roles) {
                case .granted: "+"
                case .needsLogin: "?"
                case .denied: "-"
                }
            }
        )
    }
}
