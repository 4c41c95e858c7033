import Discovery
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing
import Tokens
import UsersContract

/// A service behind the gateway on a free port: remembers what reaches it, and answers as the test says.
final class FakeService: Sendable {
    /// A request as it arrived.
    struct Call: Sendable {
        let method: HTTPRequest.Method
        /// Path and query.
        let path: String
        let headers: HTTPFields
        let body: String
    }

    private struct State {
        var calls: [Call] = []
        var keySets = 0
        var answers: [Response] = []
        var isHeld = false
    }

    private let name: ServiceName
    private let keys: KeySet
    private let state = Mutex(State())

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - name: What it answers to every call unless told otherwise.
    ///   - keys: What it publishes where the users service does.
    init(_ name: ServiceName, keys: KeySet) {
        self.name = name
        self.keys = keys
    }

    /// What was called beside the key set, in order.
    var calls: [Call] { state.withLock { $0.calls } }

    /// How often the key set was asked for.
    var keySetCount: Int { state.withLock { $0.keySets } }

    /// Sets what the next calls are answered with; the last answer stays.
    func answer(_ answers: Response...) {
        state.withLock { $0.answers = answers }
    }

    /// Lets calls wait for their answers until ``release()``.
    func hold() {
        state.withLock { $0.isHeld = true }
    }

    /// Answers what waits.
    func release() {
        state.withLock { $0.isHeld = false }
    }

    /// Listens for the length of `body`, which is told the port.
    func listening<Value: Sendable>(_ body: @Sendable (Int) async throws -> Value) async throws -> Value {
        let responder = CallbackResponder<BasicRequestContext> { request, _ in try await self.respond(to: request) }
        return try await Application(responder: responder, logger: Logger.current).test(.live) { client in
            try await body(try #require(client.port))
        }
    }

    private func respond(to request: Request) async throws -> Response {
        if request.uri.path == UsersAddress.keySetPath {
            state.withLock { $0.keySets += 1 }
            return Self.json(String(decoding: try JSONEncoder().encode(keys), as: UTF8.self))
        }
        let body = try await request.body.collect(upTo: 16 * 1024 * 1024)
        let call = Call(
            method: request.method,
            path: request.uri.string,
            headers: request.headers,
            body: String(buffer: body)
        )
        state.withLock { $0.calls.append(call) }
        try await eventually("the end of the hold") { state.withLock { !$0.isHeld } }
        return state.withLock { state in
            guard let answer = state.answers.first else { return Self.json(#"{"service":"\#(name)"}"#) }
            if state.answers.count > 1 { state.answers.removeFirst() }
            return answer
        }
    }

    /// An answer in JSON.
    static func json(
        _ text: String,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A refusal of RFC 9457.
    static func problem(_ text: String, status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        var response = json(text, status: status, headers: headers)
        response.headers[.contentType] = "application/problem+json"
        return response
    }
}
