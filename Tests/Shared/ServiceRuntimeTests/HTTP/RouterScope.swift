import Correlation
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import InMemoryLogging
import InputValidation
import Logging
import NIOCore
import ServiceRuntime
import StructuredLogging

typealias RoutesResponder = RouterResponder<ServiceRequestContext>

/// Routes in a ``ServiceResponder``, asked in process, and what they log.
struct RouterScope {
    var deadlines = DeadlineLimits.service()
    var mapError: @Sendable (any Error) -> Problem? = { _ in nil }

    private let log = InMemoryLogHandler()

    var entries: [InMemoryLogHandler.Entry] { log.entries }

    /// The only line with this message.
    func entry(_ message: Logger.Message) -> InMemoryLogHandler.Entry? {
        let found = entries.filter { $0.message == message }
        return found.count == 1 ? found[0] : nil
    }

    /// The answer of the route `/thing/{id}` with `handler` behind GET and POST.
    func answer(
        _ method: HTTPRequest.Method = .get,
        _ uri: String = "/thing/7",
        headers: HTTPFields = [:],
        body: ByteBuffer? = nil,
        handler: @escaping @Sendable (Request) async throws -> Response = { _ in Response(status: .noContent) }
    ) async throws -> TestResponse {
        let router = Router(context: ServiceRequestContext.self)
        for method in [HTTPRequest.Method.get, .post] {
            router.on("thing/{id}", method: method) { request, _ in try await handler(request) }
        }
        let responder = ServiceResponder(router.buildResponder(), deadlines: deadlines, mapError: mapError)
        var handlerOfLogs = log
        handlerOfLogs.metadataProvider = .correlation
        let logger = Logger(label: "tests") { [handlerOfLogs] _ in handlerOfLogs }
        return try await withLogger(logger) { logger in
            try await Application(responder: responder, logger: logger).test(.router) { client in
                try await client.execute(uri: uri, method: method, headers: headers, body: body)
            }
        }
    }
}

/// A problem as it stands on the wire.
struct ProblemReply: Decodable, Equatable {
    var type: String
    var title: String
    var status: Int
    var detail: String
    var correlationId: String?
    var errors: [FieldError]?

    init(_ response: TestResponse) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(response.body.readableBytesView))
    }
}

extension Request {
    /// A request for a test of what reads it.
    static func sample(
        _ uri: String = "/thing/7",
        headers: HTTPFields = [:],
        body: String = ""
    ) -> Request {
        Request(
            head: HTTPRequest(method: .post, scheme: "http", authority: "test", path: uri, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body))
        )
    }
}
