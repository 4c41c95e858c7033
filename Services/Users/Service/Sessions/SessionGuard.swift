import AccessPolicy
import Hummingbird
import ServiceRuntime
import Tokens

/// The door of this service: as at every service, and with what only this one knows.
///
/// The session must not have ended, and the caller's roles are those of the account, not those of the day on which the
/// token was made: who is no administrator any more gives nobody roles.
struct SessionGuard: Sendable {
    let access: AccessGuard
    let sessions: SessionStore

    /// Lets whoever may do this in, logged in or not.
    ///
    /// - Throws: `Problem` as `AccessGuard` does.
    func require(_ permission: Permission, of request: Request) async throws {
        try await access.require(permission, of: request)
    }

    func requireCaller(_ permission: Permission, of request: Request) async throws -> AccessToken {
        let caller = try await access.requireCaller(permission, of: request)
        guard let roles = try await sessions.currentRoles(ofSession: caller.sessionID) else {
            throw Problem.unauthorized("The session has ended; log in again.", error: "invalid_token")
        }
        try access.require(permission, roles: roles)
        return caller
    }
}
