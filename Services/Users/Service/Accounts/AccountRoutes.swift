import AccessPolicy
import Hummingbird
import InputValidation
import ServiceRuntime
import Tokens
import UsersContract
import UsersDomain

/// What the owner of an account does with it, and what administrators do.
struct AccountRoutes: Sendable {
    let accounts: AccountStore
    let access: SessionGuard
    let assignableRoles: [String]

    func add(to router: Router<ServiceRequestContext>) {
        router.get("v1/accounts/me") { request, _ in try await read(request) }
        router.patch("v1/accounts/me") { request, _ in try await change(request) }
        router.delete("v1/accounts/me") { request, _ in try await erase(request) }
        router.put("v1/accounts/:id/roles") { request, context in try await setRoles(request, context) }
    }

    private func read(_ request: Request) async throws -> Response {
        let caller = try await access.requireCaller(Permission("read", "own-account"), of: request)
        return Self.reply(try await account(of: caller))
    }

    private func change(_ request: Request) async throws -> Response {
        let caller = try await access.requireCaller(Permission("change", "own-account"), of: request)
        let precondition = try Precondition.required(of: request)
        guard let name = try AccountInput.change(try await request.strictJSON()) else {
            return Self.reply(try await account(of: caller, if: precondition))
        }
        guard let account = try await accounts.rename(id: caller.accountID, to: name, if: precondition) else {
            throw EntityTag.changedMeanwhile
        }
        return Self.reply(account)
    }

    private func erase(_ request: Request) async throws -> Response {
        let caller = try await access.requireCaller(Permission("delete", "own-account"), of: request)
        guard try await accounts.erase(id: caller.accountID) else { throw Problem.notFound("account") }
        return Response(status: .noContent)
    }

    private func setRoles(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        _ = try await access.requireCaller(Permission("change", "roles"), of: request)
        let roles = try AccountInput.roles(try await request.strictJSON(), assignable: assignableRoles)
        let id = try context.parameters.require("id")
        guard let account = try await accounts.setRoles(id: id, to: roles) else { throw Problem.notFound("account") }
        return Self.reply(account)
    }

    private func account(of caller: AccessToken, if precondition: Precondition = .none) async throws -> Account {
        guard let found = try await accounts.credentials(id: caller.accountID) else {
            throw Problem.notFound("account")
        }
        guard precondition.holds(for: found.account.version) else { throw EntityTag.changedMeanwhile }
        return found.account
    }

    private static func reply(_ account: Account) -> Response {
        JSONReply.make(
            AccountReply(
                id: account.id,
                email: account.email.rawValue,
                name: account.name,
                roles: account.roles.sorted(),
                verified: account.isVerified,
                createdAt: account.createdAt
            ),
            headers: [.eTag: EntityTag.text(version: account.version)]
        )
    }
}
