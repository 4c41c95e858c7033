import AccessPolicy
import Hummingbird
import ServiceRuntime
import Tokens

/// The door of this service: as at every service, and the session must not have ended, which only this one knows.
struct SessionGuard: Sendable {
    let access: AccessGuard
    let sessions: SessionStore

    func requireCaller(_ permission: Permission, of request: Request) async throws -> AccessToken {
        let caller = try await access.requireCaller(permission, of: request)
        guard try await sessions.isAlive(id: caller.sessionID) else {
            throw Problem.unauthorized("The session has ended; log in again.", error: "invalid_token")
        }
        return caller
    }
}
