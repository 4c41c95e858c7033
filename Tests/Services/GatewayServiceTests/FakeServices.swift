import Discovery
import HummingbirdTesting
import MailWorkerContract
import NIOCore
import SearchContract
import Testing
import Tokens
import UsersContract

/// The services behind the gateway, all of them fakes.
struct FakeServices: Sendable {
    /// The key that the users service signs with.
    let key: SigningKey
    let users: FakeService
    let search: FakeService
    let mailWorker: FakeService

    init() {
        key = SigningKey()
        let keys = KeySet(keys: [key.publicKey])
        users = FakeService(UsersAddress.name, keys: keys)
        search = FakeService(SearchAddress.name, keys: keys)
        mailWorker = FakeService(MailWorkerAddress.name, keys: keys)
    }

    subscript(_ name: ServiceName) -> FakeService {
        switch name {
        case UsersAddress.name: users
        case SearchAddress.name: search
        default: mailWorker
        }
    }

    /// Listens for the length of `body`, which is told where, and of an endpoint that refuses every connection.
    func listening<Value: Sendable>(
        _ body: @Sendable ([ServiceName: Endpoint], _ refusing: Endpoint) async throws -> Value
    ) async throws -> Value {
        try await users.listening { usersPort in
            try await search.listening { searchPort in
                try await mailWorker.listening { mailWorkerPort in
                    let ports = [
                        UsersAddress.name: usersPort, SearchAddress.name: searchPort,
                        MailWorkerAddress.name: mailWorkerPort,
                    ]
                    let endpoints = ports.map { name, port in
                        (name, Endpoint(id: "\(name)-1", host: "localhost", port: port))
                    }
                    return try await withRefusingEndpoint(beside: usersPort) { refusing in
                        try await body(Dictionary(uniqueKeysWithValues: endpoints), refusing)
                    }
                }
            }
        }
    }
}

/// Runs `body` with the near end of a connection to `port` that stays open: it is taken, and nobody listens on it.
private func withRefusingEndpoint<Value: Sendable>(
    beside port: Int,
    _ body: @Sendable (Endpoint) async throws -> Value
) async throws -> Value {
    let connection = TestClient(host: "localhost", port: port)
    connection.connect()
    let result: Result<Value, any Error>
    do {
        let address = try #require(try await connection.getChannel().localAddress)
        let host = try #require(address.ipAddress)
        result = .success(try await body(Endpoint(id: "refusing-1", host: host, port: address.port ?? 0)))
    } catch {
        result = .failure(error)
    }
    try await connection.shutdown()
    return try result.get()
}
