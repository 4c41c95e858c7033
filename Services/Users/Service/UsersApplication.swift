package import AccessPolicy
import FoundationEssentials
package import Hummingbird
import InputValidation
import Logging
import Messaging
import NATS
package import PasswordHashing
import ServiceLifecycle
package import ServiceRuntime
import Tokens
import UsersContract
import UsersDomain

/// Builds the users service: its stores, its routes and the relay of its outbox.
///
/// - Parameters:
///   - configuration: The settings.
///   - dependencies: Time, identifiers and randomness.
///   - policy: Who may do what.
///   - hashingPool: Where passwords are hashed.
/// - Returns: The responder, the relay of the outbox, and the checks of store and keys.
/// - Throws: When a database cannot be opened, its passwords were made with another pepper, or a bootstrap account cannot
///   be read.
package func makeUsersApplication(
    configuration: UsersConfiguration,
    dependencies: UsersDependencies,
    policy: RolePolicy,
    hashingPool: HashingPool
) async throws -> ServiceParts<RouterResponder<ServiceRequestContext>> {
    let database = try await UsersDatabase.open(configuration.database)
    let queue = try configuration.queue.open(now: dependencies.now)
    let outbox = SQLOutbox(database: database, now: dependencies.now)
    let mail = MailOutbox(outbox: outbox, makeID: dependencies.makeID)
    let hasher = try PasswordHasher(
        pepper: configuration.pepper,
        cost: configuration.passwordCost,
        pool: hashingPool
    )
    let accounts = AccountStore(
        database: database,
        mail: mail,
        now: dependencies.now,
        makeID: dependencies.makeID
    )
    // Before anything is stored that is made with the pepper.
    try await PepperCheck(database: database, hasher: hasher).confirm()
    try await createBootstrapAccounts(configuration, accounts, hasher)
    let keys = KeyStore(database: database, secret: configuration.keysSecret, now: dependencies.now)
    let router = makeUsersRouter(
        accounts: accounts,
        passwords: PasswordStore(database: database, mail: mail, now: dependencies.now),
        sessions: SessionStore(database: database, now: dependencies.now),
        keys: keys,
        hasher: hasher,
        policy: policy,
        dependencies: dependencies
    )
    return ServiceParts(
        responder: ServiceResponder(
            router.buildResponder(),
            deadlines: .service(),
            mapError: UsersErrors.problem
        ),
        background: [OutboxRelay(outbox: outbox, queue: queue), BacklogWatch(of: outbox)],
        checks: [
            Readiness.Check("account store") { _ = try await accounts.credentials(id: "readiness") },
            Readiness.Check("signing keys") { _ = try await keys.signingKey() },
        ]
    )
}

private func makeUsersRouter(
    accounts: AccountStore,
    passwords: PasswordStore,
    sessions: SessionStore,
    keys: KeyStore,
    hasher: PasswordHasher,
    policy: RolePolicy,
    dependencies: UsersDependencies
) -> Router<ServiceRequestContext> {
    let access = SessionGuard(
        access: AccessGuard(
            verifier: AccessTokenVerifier(issuer: UsersAddress.tokenIssuer, audience: UsersAddress.tokenAudience),
            keys: KeySetCache(now: dependencies.now) { try await keys.keySet() },
            policy: policy,
            now: dependencies.now
        ),
        sessions: sessions
    )
    let router = Router(context: ServiceRequestContext.self)
    RegistrationRoutes(accounts: accounts, hasher: hasher, access: access, dependencies: dependencies).add(to: router)
    SessionRoutes(
        accounts: accounts,
        passwords: passwords,
        sessions: sessions,
        hasher: hasher,
        keys: keys,
        issuer: AccessTokenIssuer(issuer: UsersAddress.tokenIssuer, audience: UsersAddress.tokenAudience),
        access: access,
        dependencies: dependencies
    ).add(to: router)
    AccountRoutes(accounts: accounts, access: access, assignableRoles: policy.assignableRoles).add(to: router)
    PasswordRoutes(
        accounts: accounts,
        passwords: passwords,
        hasher: hasher,
        access: access,
        dependencies: dependencies
    ).add(to: router)
    KeyRoutes(keys: keys, access: access).add(to: router)
    return router
}

private func createBootstrapAccounts(
    _ configuration: UsersConfiguration,
    _ accounts: AccountStore,
    _ hasher: PasswordHasher
) async throws {
    guard let path = configuration.bootstrapAccountsPath else { return }
    guard let data = FileManager.default.contents(atPath: path) else {
        throw SettingsError(["bootstrap.accounts: the file \(path) cannot be read"])
    }
    for account in try BootstrapAccount.read(String(decoding: data, as: UTF8.self)) {
        guard try await accounts.credentials(email: account.email) == nil else { continue }
        try await accounts.ensure(account, hash: try await hasher.hash(account.password))
        Logger.current.info("bootstrap account created", metadata: ["roles": "\(account.roles.sorted())"])
    }
}
