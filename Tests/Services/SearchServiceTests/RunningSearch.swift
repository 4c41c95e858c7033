import AccessPolicy
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import Logging
import NIOCore
import PostgreSQL
import SearchContract
import SearchService
import ServiceClient
import ServiceRuntime
import ServiceTestSupport
import TestSupport
import Testing
import Tokens

/// The search service in process, on a database of its own, with callers of any role.
struct RunningSearch: Sendable {
    private static let time = Date(timeIntervalSince1970: 1_700_000_000)

    let client: any TestClientProtocol
    let databasePath: String
    let database: DatabaseAddress
    private let key: SigningKey

    fileprivate init(client: any TestClientProtocol, databasePath: String, database: DatabaseAddress, key: SigningKey) {
        self.client = client
        self.databasePath = databasePath
        self.database = database
        self.key = key
    }

    /// Sends a request, unless the headers say otherwise with the longest deadline that the service grants and a body
    /// of JSON; a caller without roles, not even none, is not logged in.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        roles: Set<String>? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if headers[.requestTimeout] == nil { headers[.requestTimeout] = "10000" }
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        if let roles { headers[.authorization] = "Bearer \(try await token(roles))" }
        let buffer = body.map { ByteBuffer(string: $0) }
        return Answer(try await client.execute(uri: path, method: method, headers: headers, body: buffer))
    }

    /// Imports lines as a shelter.
    func `import`(_ lines: String) async throws -> ImportReply {
        let headers: HTTPFields = [.contentType: "application/x-ndjson"]
        let answer = try await send(.post, SearchAddress.importPath, lines, roles: ["shelter"], headers: headers)
        try #require(answer.status == .ok)
        return try answer.decoded()
    }

    /// Searches with a query that is acceptable.
    func search(_ query: String) async throws -> SearchReply {
        let answer = try await send(.get, "/v1/listings?" + query)
        try #require(answer.status == .ok, "\(query): \(answer.body)")
        return try answer.decoded()
    }

    /// The IDs that a query finds, in their order.
    func found(_ query: String) async throws -> [String] {
        try await search(query).items.map(\.id)
    }

    /// A listing that is there.
    func listing(_ id: String) async throws -> ListingReply {
        let answer = try await send(.get, "/v1/listings/\(id)")
        try #require(answer.status == .ok)
        return try answer.decoded()
    }

    private func token(_ roles: Set<String>) async throws -> String {
        try await AccessTokenIssuer(issuer: "test-issuer", audience: "test-audience").issue(
            accountID: "account-1",
            sessionID: "session-1",
            roles: roles,
            tokenID: "token-1",
            at: Self.time,
            with: key
        )
    }

    fileprivate static func access(_ key: SigningKey, _ policy: RolePolicy?) throws -> AccessGuard {
        AccessGuard(
            verifier: AccessTokenVerifier(issuer: "test-issuer", audience: "test-audience"),
            keys: KeySetCache(now: { time }) { KeySet(keys: [key.publicKey]) },
            policy: try policy ?? RolePolicy.standard(),
            now: { time }
        )
    }
}

/// Runs the search service on a fresh database for the length of `body`.
func withSearchService<Value: Sendable>(
    on engine: TestDatabase.Engine = .named,
    policy: RolePolicy? = nil,
    _ body: @Sendable (RunningSearch) async throws -> Value
) async throws -> Value {
    try await withTemporaryDirectory { directory in
        let path = directory + "/search.sqlite"
        let arguments = try await TestDatabase.flags(in: directory, file: "search.sqlite", on: engine)
        let settings = try Settings.load(SearchConfiguration.settings, arguments: arguments, environment: [:])
        let logs = InMemoryLogHandler()
        return try await withLogger(Logger(label: "search", factory: { _ in logs })) { logger in
            let key = SigningKey()
            let configuration = try SearchConfiguration(settings)
            let parts = try await makeSearchApplication(
                configuration: configuration,
                access: try RunningSearch.access(key, policy),
                background: [],
                clock: ContinuousClock()
            )
            return try await Application(responder: parts.responder, logger: logger).test(.router) { client in
                try await body(
                    RunningSearch(client: client, databasePath: path, database: configuration.database, key: key)
                )
            }
        }
    }
}
