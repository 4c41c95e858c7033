import AccessPolicy
import Hummingbird
import PasswordHashing
import ServiceRuntime
import Tokens
import UsersDomain

/// Changing a password and getting back in without one.
struct PasswordRoutes: Sendable {
    let accounts: AccountStore
    let passwords: PasswordStore
    let hasher: PasswordHasher
    let access: SessionGuard
    let dependencies: UsersDependencies

    func add(to router: Router<ServiceRequestContext>) {
        router.put("v1/accounts/me/password") { request, _ in try await change(request) }
        router.post("v1/password-resets") { request, _ in try await requestReset(request) }
        router.put("v1/password-resets") { request, _ in try await reset(request) }
    }

    private func change(_ request: Request) async throws -> Response {
        let caller = try await access.requireCaller(Permission("change", "own-password"), of: request)
        let input = try AccountInput.newPassword(try await request.strictJSON(), proof: "currentPassword")
        let stored = try await accounts.credentials(id: caller.accountID)?.passwordHash
        guard try await hasher.verify(input.proof, against: stored) != .differs else {
            throw UsersProblem.wrongCredentials
        }
        let hash = try await hasher.hash(input.password)
        try await passwords.change(accountID: caller.accountID, to: hash, keepingSession: caller.sessionID)
        return Response(status: .noContent)
    }

    private func requestReset(_ request: Request) async throws -> Response {
        try await access.require(Permission("reset", "password"), of: request)
        let email = try AccountInput.email(try await request.strictJSON())
        try await passwords.requestReset(for: email, token: dependencies.makeToken())
        return Response(status: .accepted)
    }

    private func reset(_ request: Request) async throws -> Response {
        try await access.require(Permission("reset", "password"), of: request)
        let input = try AccountInput.newPassword(try await request.strictJSON(), proof: "token")
        let hash = try await hasher.hash(input.password)
        guard try await passwords.reset(token: input.proof, to: hash) else { throw UsersProblem.goneToken }
        return Response(status: .noContent)
    }
}
