import AccessPolicy
import Hummingbird
import InputValidation
import Logging
import PasswordHashing
import ServiceRuntime
import Tokens
import UsersContract
import UsersDomain

/// Logging in, staying logged in, logging out.
struct SessionRoutes: Sendable {
    let accounts: AccountStore
    let passwords: PasswordStore
    let sessions: SessionStore
    let hasher: PasswordHasher
    let keys: KeyStore
    let issuer: AccessTokenIssuer
    let access: SessionGuard
    let dependencies: UsersDependencies

    func add(to router: Router<ServiceRequestContext>) {
        router.post("v1/sessions") { request, _ in try await logIn(request) }
        router.post("v1/sessions/refresh") { request, _ in try await refresh(request) }
        router.delete("v1/sessions/current") { request, _ in try await logOut(request) }
    }

    /// An unknown address costs one password check, like a known one, and is refused in the same words.
    private func logIn(_ request: Request) async throws -> Response {
        try await access.require(Permission("create", "session"), of: request)
        let input = try AccountInput.credentials(try await request.strictJSON())
        let found = try await EmailAddress(input.email).asyncMap { try await accounts.credentials(email: $0) }
        let verdict = try await hasher.verify(input.password, against: found?.passwordHash)
        guard verdict != .differs, let found else { throw UsersProblem.wrongCredentials }
        guard found.account.isVerified else {
            throw Problem(.forbidden, kind: "address-not-verified", "The address is not confirmed; look for the mail.")
        }
        if verdict == .matchesButNeedsRehash, let old = found.passwordHash {
            try await passwords.rehash(
                accountID: found.account.id,
                from: old,
                to: try await hasher.hash(input.password)
            )
        }
        let sessionID = dependencies.makeID()
        let refreshToken = dependencies.makeToken()
        try await sessions.start(id: sessionID, accountID: found.account.id, refreshToken: refreshToken)
        return try await reply(found.account, sessionID, refreshToken)
    }

    private func refresh(_ request: Request) async throws -> Response {
        try await access.require(Permission("refresh", "session"), of: request)
        let token = try AccountInput.token(try await request.strictJSON(), field: "refreshToken")
        let successor = dependencies.makeToken()
        switch try await sessions.refresh(token, successor: successor) {
        case .refreshed(let account, let sessionID):
            return try await reply(account, sessionID, successor)
        case .reused(let sessionID):
            Logger.current.warning("refresh token used twice; session ended", metadata: ["session.id": "\(sessionID)"])
            throw Problem.unauthorized("The refresh token is not valid; log in again.")
        case .refused:
            throw Problem.unauthorized("The refresh token is not valid; log in again.")
        }
    }

    private func logOut(_ request: Request) async throws -> Response {
        let caller = try await access.requireCaller(Permission("end", "session"), of: request)
        try await sessions.end(id: caller.sessionID)
        return Response(status: .noContent)
    }

    private func reply(_ account: Account, _ sessionID: String, _ refreshToken: OpaqueToken) async throws -> Response {
        let accessToken = try await issuer.issue(
            accountID: account.id,
            sessionID: sessionID,
            roles: account.roles,
            tokenID: dependencies.makeID(),
            at: dependencies.now(),
            with: try await keys.signingKey()
        )
        return JSONReply.make(
            SessionReply(
                accessToken: accessToken,
                expiresIn: Int(issuer.lifetime.components.seconds),
                refreshToken: refreshToken.text
            ),
            status: .created,
            headers: [.cacheControl: "no-store"]
        )
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result?) async rethrows -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
