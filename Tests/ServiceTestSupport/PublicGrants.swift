package import AccessPolicy

/// What everybody may do by the policy of this application, less one thing.
package enum PublicGrants {
    private static let all = [
        "create account", "verify account", "create session", "refresh session", "reset password", "read listing",
        "search listing", "read key-set",
    ]

    /// A policy that grants everybody all of these but `withheld`, such as `"search listing"`, and nobody more.
    package static func policy(without withheld: String) throws -> RolePolicy {
        precondition(all.contains(withheld), "nobody has \(withheld) anyway")
        let grants = all.filter { $0 != withheld }.map { grant in
            let words = grant.split(separator: " ")
            return #"{"action":"\#(words[0])","resource":"\#(words[1])"}"#
        }
        return try RolePolicy(json: #"{"roles":{"anyone":[\#(grants.joined(separator: ","))]}}"#.utf8)
    }
}
