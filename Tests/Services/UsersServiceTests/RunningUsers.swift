import AccessPolicy
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import Logging
import MailWorkerContract
import Messaging
import NIOCore
import PasswordHashing
import PostgreSQL
import ServiceClient
import ServiceRuntime
import ServiceTestSupport
import TestSupport
import Testing
import UsersContract
import UsersDomain
import UsersService

/// The users service in process, on databases of its own, with a clock that the test moves.
struct RunningUsers: Sendable {
    let client: any TestClientProtocol
    let directory: String
    let database: DatabaseAddress
    let time: ManualTime
    let hashingPool: HashingPool
    private let checks: [Readiness.Check]
    private let logs: InMemoryLogHandler
    private let relay: OutboxRelay
    private let queue: SQLiteQueue

    fileprivate init(
        client: any TestClientProtocol,
        directory: String,
        database: DatabaseAddress,
        time: ManualTime,
        hashingPool: HashingPool,
        checks: [Readiness.Check],
        logs: InMemoryLogHandler,
        relay: OutboxRelay
    ) throws {
        self.client = client
        self.directory = directory
        self.database = database
        self.time = time
        self.hashingPool = hashingPool
        self.checks = checks
        self.logs = logs
        self.relay = relay
        queue = try SQLiteQueue(path: directory + "/queue.sqlite", now: { time.date })
    }

    /// What the service has logged: level, message and metadata.
    var logLines: [String] {
        logs.entries.map { "\($0.level) \($0.message) \($0.metadata)" }
    }

    /// What the checks of readiness find at this moment.
    func findings() async -> [Readiness.Finding] {
        await Readiness(checks: checks).findings()
    }

    /// Sends a request, with the longest deadline that the service grants.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ json: String? = nil,
        token: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        headers[.requestTimeout] = "10000"
        if json != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        if let token { headers[.authorization] = "Bearer \(token)" }
        let body = json.map { ByteBuffer(string: $0) }
        return Answer(try await client.execute(uri: path, method: method, headers: headers, body: body))
    }

    /// What has come through outbox and relay into the queue since the last call.
    func messages(topic: String) async throws -> [Message] {
        while await relay.relayBatch() > 0 {}
        let claims = try await queue.claim(topic: topic, limit: 1000, lease: .seconds(60))
        for claim in claims { try await queue.complete(claim) }
        return claims.map(\.message)
    }

    /// The mail jobs since the last call.
    func mails() async throws -> [MailJob] {
        try await messages(topic: MailJob.topic).map { try MailJob(decoding: $0.body) }
    }

    /// The token of the only mail since the last call.
    func mailedToken() async throws -> String {
        let mails = try await mails()
        #expect(mails.count == 1)
        return try #require(mails.first?.token)
    }

    /// Registers a person and confirms the address.
    func signUp(_ person: Person) async throws {
        let registered = try await send(.post, "/v1/accounts", person.registration)
        #expect(registered.status == .accepted)
        let verified = try await verify(try await mailedToken())
        #expect(verified.status == .ok)
    }

    func verify(_ token: String) async throws -> Answer {
        try await send(.post, "/v1/accounts/verify", #"{"token":"\#(token)"}"#)
    }

    /// Logs in a person whose credentials are right.
    func logIn(_ person: Person) async throws -> SessionReply {
        let answer = try await send(.post, "/v1/sessions", person.credentials)
        try #require(answer.status == .created)
        return try answer.decoded()
    }

    func refresh(_ token: String) async throws -> Answer {
        try await send(.post, "/v1/sessions/refresh", #"{"refreshToken":"\#(token)"}"#)
    }

    /// Signs a person up and in.
    func member(_ person: Person = .ada) async throws -> SessionReply {
        try await signUp(person)
        return try await logIn(person)
    }

    /// The account that a session belongs to.
    func account(of session: SessionReply) async throws -> AccountReply {
        let answer = try await send(.get, "/v1/accounts/me", token: session.accessToken)
        try #require(answer.status == .ok)
        return try answer.decoded()
    }
}

/// Runs the users service on fresh databases for the length of `body`.
func withUsersService<Value: Sendable>(_ body: @Sendable (RunningUsers) async throws -> Value) async throws -> Value {
    try await withTemporaryDirectory { try await withUsersService(in: $0, body) }
}

/// Runs the users service on the databases in `directory`, which may be there already.
///
/// One thread checks passwords, at the least cost there is unless told otherwise, and `waitingHashes` may wait for it.
func withUsersService<Value: Sendable>(
    in directory: String,
    time: ManualTime = ManualTime(),
    cost: Int = 4,
    waitingHashes: Int = 64,
    pepper: String = String(repeating: "p", count: 32),
    keysSecret: String = String(repeating: "s", count: 32),
    policy: RolePolicy? = nil,
    _ body: @Sendable (RunningUsers) async throws -> Value
) async throws -> Value {
    let pool = HashingPool(threadCount: 1, queueLength: waitingHashes)
    let result: Result<Value, any Error>
    do {
        let secrets = ["pepper": pepper, "secret": keysSecret]
        let configuration = try await configuration(in: directory, cost: cost, secrets)
        result = .success(try await run(configuration, policy, in: directory, time, pool, body))
    } catch {
        result = .failure(error)
    }
    try await pool.shutdown()
    return try result.get()
}

/// The same with everybody's rights less one.
func withTemporaryUsers<Value: Sendable>(
    without permission: String,
    _ body: @Sendable (RunningUsers) async throws -> Value
) async throws -> Value {
    let policy = try PublicGrants.policy(without: permission)
    return try await withTemporaryDirectory { try await withUsersService(in: $0, policy: policy, body) }
}

private func run<Value: Sendable>(
    _ configuration: UsersConfiguration,
    _ policy: RolePolicy?,
    in directory: String,
    _ time: ManualTime,
    _ pool: HashingPool,
    _ body: @Sendable (RunningUsers) async throws -> Value
) async throws -> Value {
    let logs = InMemoryLogHandler()
    return try await withLogger(Logger(label: "users", factory: { _ in logs })) { logger in
        let parts = try await makeUsersApplication(
            configuration: configuration,
            dependencies: dependencies(time),
            policy: try policy ?? RolePolicy.standard(),
            hashingPool: pool
        )
        let relay = try #require(parts.background.compactMap { $0 as? OutboxRelay }.first)
        return try await Application(responder: parts.responder, logger: logger).test(.router) { client in
            try await body(
                RunningUsers(
                    client: client,
                    directory: directory,
                    database: configuration.database,
                    time: time,
                    hashingPool: pool,
                    checks: parts.checks,
                    logs: logs,
                    relay: relay
                )
            )
        }
    }
}

private func dependencies(_ time: ManualTime) -> UsersDependencies {
    UsersDependencies(
        now: { time.date },
        makeID: { UUID().uuidString.lowercased() },
        makeToken: {
            var generator = SystemRandomNumberGenerator()
            return OpaqueToken(using: &generator)
        }
    )
}

private func configuration(
    in directory: String,
    cost: Int,
    _ secrets: [String: String]
) async throws -> UsersConfiguration {
    let admin = Person.admin
    var secrets = secrets
    secrets["accounts"] = """
        [{"email":"\(admin.email)","name":"\(admin.name)","password":"\(admin.password)","roles":["admin"]}]
        """
    for (name, contents) in secrets {
        // Another replica may be reading it.
        try Data(contents.utf8).write(to: URL(filePath: "\(directory)/\(name)"), options: .atomic)
    }
    let arguments =
        try await TestDatabase.flags(in: directory, file: "users.sqlite") + [
            "--queue-url=sqlite:\(directory)/queue.sqlite",
            "--password-pepper=\(directory)/pepper", "--keys-secret=\(directory)/secret",
            "--bootstrap-accounts=\(directory)/accounts", "--password-cost=\(cost)",
        ]
    return try UsersConfiguration(
        try Settings.load(UsersConfiguration.settings, arguments: arguments, environment: [:])
    )
}
