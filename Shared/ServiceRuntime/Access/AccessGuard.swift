public import AccessPolicy
public import FoundationEssentials
public import Hummingbird
import Logging
import StructuredLogging
public import Tokens

/// Decides at a service's door who calls and whether they may.
public struct AccessGuard: Sendable {
    private let verifier: AccessTokenVerifier
    private let keys: KeySetCache
    private let policy: RolePolicy
    private let now: @Sendable () -> Date

    /// Creates a guard.
    public init(
        verifier: AccessTokenVerifier,
        keys: KeySetCache,
        policy: RolePolicy,
        now: @escaping @Sendable () -> Date
    ) {
        self.verifier = verifier
        self.keys = keys
        self.policy = policy
        self.now = now
    }

    /// The caller who may do this; nil for a caller who is not logged in and need not be.
    ///
    /// - Throws: ``Problem``: 401 for a missing or bad token, 403 for a caller without the role.
    @discardableResult
    public func require(_ permission: Permission, of request: Request) async throws -> AccessToken? {
        let caller = try await caller(of: request)
        try require(permission, roles: caller?.roles)
        return caller
    }

    /// Whether everybody may do this, logged in or not.
    public func isPublic(_ permission: Permission) -> Bool {
        policy.decide(permission, roles: nil) == .granted
    }

    /// Decides for a caller with these roles; nil for one who is not logged in.
    ///
    /// - Throws: ``Problem``: 401 when logging in is what is missing, 403 otherwise.
    public func require(_ permission: Permission, roles: Set<String>?) throws(Problem) {
        switch policy.decide(permission, roles: roles) {
        case .granted: return
        case .needsLogin: throw Problem.unauthorized("This needs an access token: Authorization: Bearer …")
        case .denied: throw Problem.forbidden("Your roles do not allow this: \(permission).")
        }
    }

    /// The caller, who must be logged in and may do this.
    ///
    /// - Throws: ``Problem`` as ``require(_:of:)``.
    public func requireCaller(_ permission: Permission, of request: Request) async throws -> AccessToken {
        guard let caller = try await require(permission, of: request) else {
            throw Problem.unauthorized("This needs an access token: Authorization: Bearer …")
        }
        return caller
    }

    private func caller(of request: Request) async throws -> AccessToken? {
        let values = request.headers[values: .authorization]
        guard let value = values.first else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard values.count == 1, parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Problem.unauthorized("Authorization must be one Bearer token.", error: "invalid_request")
        }
        let token = String(parts[1])
        do {
            let keySet = try await keys.keys(including: try verifier.keyID(of: token))
            return try await verifier.verify(token, with: keySet, at: now())
        } catch let error as TokenError {
            Logger.current.info("access token refused", metadata: ["reason": "\(error.code)"])
            throw Problem.unauthorized(
                "The access token is not valid; log in again or refresh it.",
                error: "invalid_token"
            )
        }
    }
}
