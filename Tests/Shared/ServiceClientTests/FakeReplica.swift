import Discovery
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A real HTTP server on a free port of the loopback interface that answers as a test says and remembers its calls.
final class FakeReplica: Sendable {
    /// One request as it arrived.
    struct Call: Sendable {
        var method: HTTPRequest.Method
        var path: String
        var headers: HTTPFields
        var body: ByteBuffer
    }

    /// Makes the answer to the call with this number, counted from 1.
    typealias Answer = @Sendable (_ call: Int, _ request: Request) async throws -> Response

    private let received = Mutex<[Call]>([])
    private let answer: Answer

    init(answer: @escaping Answer) {
        self.answer = answer
    }

    /// A replica that answers every call with `status`.
    convenience init(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) {
        self.init { _, _ in Response(status: status, headers: headers) }
    }

    var calls: [Call] { received.withLock { $0 } }

    /// Serves until the task is cancelled.
    func run(onPort: @escaping @Sendable (Int) -> Void) async throws {
        var logger = Logger(label: "FakeReplica")
        logger.logLevel = .critical
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.respond(to: request) },
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in onPort(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        try await application.run()
    }

    private func respond(to request: Request) async throws -> Response {
        // A body that is empty is left unread, so that an answer may watch the connection instead.
        let hasBody = request.headers.contains(.contentLength) || request.headers.contains(.transferEncoding)
        let body = hasBody ? try await request.body.collect(upTo: 64 * 1024 * 1024) : ByteBuffer()
        let call = Call(method: request.method, path: request.uri.string, headers: request.headers, body: body)
        let number = received.withLock { calls in
            calls.append(call)
            return calls.count
        }
        return try await answer(number, request)
    }
}

/// Runs `body` while each of the replicas serves; their endpoints are named `a`, `b`, `c` and so on.
func withReplicas<Result>(
    _ replicas: [FakeReplica],
    _ body: ([Endpoint]) async throws -> Result
) async throws -> Result {
    var servers: [Task<Void, any Error>] = []
    defer { for server in servers { server.cancel() } }
    var endpoints: [Endpoint] = []
    for (replica, name) in zip(replicas, "abcdefgh") {
        let (ports, started) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
        servers.append(
            Task {
                defer { started.finish() }
                try await replica.run { started.yield($0) }
            }
        )
        for await port in ports {
            endpoints.append(Endpoint(id: String(name), host: "127.0.0.1", port: port))
            break
        }
    }
    return try await body(endpoints)
}
