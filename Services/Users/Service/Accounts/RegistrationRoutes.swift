import AccessPolicy
import Hummingbird
import PasswordHashing
import ServiceRuntime
import UsersContract
import UsersDomain

/// Signing up and confirming an address.
struct RegistrationRoutes: Sendable {
    let accounts: AccountStore
    let hasher: PasswordHasher
    let access: SessionGuard
    let dependencies: UsersDependencies

    func add(to router: Router<ServiceRequestContext>) {
        router.post("v1/accounts") { request, _ in try await register(request) }
        router.post("v1/accounts/verify") { request, _ in try await verify(request) }
        router.post("v1/accounts/verification-mails") { request, _ in try await resend(request) }
    }

    /// Answers the same, after the same work, for a new and a known address.
    private func register(_ request: Request) async throws -> Response {
        try await access.require(Permission("create", "account"), of: request)
        let registration = try AccountInput.registration(try await request.strictJSON())
        let hash = try await hasher.hash(registration.password)
        try await accounts.register(registration, hash: hash, token: dependencies.makeToken())
        return JSONReply.make(StatusReply.verificationPending, status: .accepted)
    }

    private func verify(_ request: Request) async throws -> Response {
        try await access.require(Permission("verify", "account"), of: request)
        let token = try AccountInput.token(try await request.strictJSON())
        guard try await accounts.verify(token: token) else { throw UsersProblem.goneToken }
        return JSONReply.make(StatusReply.verified)
    }

    private func resend(_ request: Request) async throws -> Response {
        try await access.require(Permission("verify", "account"), of: request)
        let email = try AccountInput.email(try await request.strictJSON())
        try await accounts.resendVerification(to: email, token: dependencies.makeToken())
        return Response(status: .accepted)
    }
}

/// Refusals that more than one route of this service gives.
enum UsersProblem {
    static var goneToken: Problem {
        Problem(.gone, kind: "token-gone", "The token is used, expired or unknown; ask for a new mail.")
    }

    static var wrongCredentials: Problem {
        .unauthorized("The address or the password is wrong.")
    }
}
