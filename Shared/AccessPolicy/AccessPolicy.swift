import FoundationEssentials

/// Who may do what: role × action × resource, read from a data file; what the file does not grant is denied.
///
/// The role `anyone` holds for every caller and `member` for every caller who is logged in; all others are roles that
/// an account was given. The gateway asks before it forwards, and the service that owns the data asks again.
public struct RolePolicy: Sendable {
    /// The role of every caller.
    public static let anyone = "anyone"
    /// The role of every caller who is logged in.
    public static let member = "member"

    /// The outcome of a check.
    public enum Decision: Hashable, Sendable {
        /// The caller may.
        case granted
        /// The caller is not logged in, and would have to be.
        case needsLogin
        /// The caller is logged in and may not.
        case denied
    }

    private let grants: [String: Set<Permission>]

    private struct File: Decodable {
        var roles: [String: Set<Permission>]
    }

    /// Reads a policy file.
    ///
    /// - Parameter json: `{"roles": {role: [{"action": …, "resource": …}]}}`.
    /// - Throws: When the text has another shape.
    public init(json: some Sequence<UInt8>) throws {
        grants = try JSONDecoder().decode(File.self, from: Data(json)).roles
    }

    /// The policy of this application, compiled into the executable.
    public static func standard() throws -> Self {
        try Self(json: PackageResources.access_policy_json)
    }

    /// The roles that an account can be given.
    public var assignableRoles: [String] {
        grants.keys.filter { $0 != Self.anyone && $0 != Self.member }.sorted()
    }

    /// Decides one call.
    ///
    /// - Parameters:
    ///   - permission: What the caller wants to do.
    ///   - roles: The caller's roles; nil for a caller who is not logged in.
    /// - Returns: Whether the caller may; if not, whether logging in is what is missing.
    public func decide(_ permission: Permission, roles: Set<String>?) -> Decision {
        if isGranted(permission, to: Self.anyone) { return .granted }
        guard let roles else { return .needsLogin }
        return isGranted(permission, to: Self.member) || roles.contains { isGranted(permission, to: $0) }
            ? .granted : .denied
    }

    /// Whether any role at all may do this.
    public func isGrantedToSomebody(_ permission: Permission) -> Bool {
        grants.values.contains { $0.contains(permission) }
    }

    private func isGranted(_ permission: Permission, to role: String) -> Bool {
        grants[role]?.contains(permission) ?? false
    }
}
