import FoundationEssentials
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing

/// A collector on a free port of the loopback interface that answers as a test says, and remembers what it was sent.
final class FakeCollector: Sendable {
    /// One request as it arrived.
    struct Export: Sendable {
        var method: HTTPRequest.Method
        var path: String
        var mediaType: String?
        /// The names of the spans.
        var spans: [String]
        var time: ContinuousClock.Instant
    }

    /// Makes the answer to the export with this number, counted from 1.
    typealias Answer = @Sendable (_ number: Int) async throws -> Response

    private struct Body: Decodable {
        struct Resource: Decodable { var scopeSpans: [Scope] }
        struct Scope: Decodable { var spans: [Entry] }
        struct Entry: Decodable { var name: String }

        var resourceSpans: [Resource]
    }

    private let received = Mutex<[Export]>([])
    private let answer: Answer

    init(answer: @escaping Answer) {
        self.answer = answer
    }

    /// A collector that answers every export like this, the first ones first, and then with the last.
    convenience init(_ answers: Response...) {
        self.init { answers[min($0, answers.count) - 1] }
    }

    var exports: [Export] { received.withLock { $0 } }
    /// The names of all spans, in order.
    var spans: [String] { exports.flatMap(\.spans) }

    /// An answer in JSON.
    static func json(_ text: String, _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:])
        -> Response
    {
        Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// Listens for the length of `body`, which is told the port; that of a socket in a folder is 0.
    func listening(
        on address: BindAddress = .hostname("127.0.0.1", port: 0),
        _ body: @Sendable (Int) async throws -> Void
    ) async throws {
        let (ports, started) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.respond(to: request) },
            configuration: .init(address: address),
            onServerRunning: { started.yield($0.localAddress?.port ?? 0) },
            logger: .quiet
        )
        var configuration = ServiceGroupConfiguration(services: [application], logger: .quiet)
        // Connections that were just taken are served before those that hang are cut off.
        configuration.maximumGracefulShutdownDuration = .milliseconds(200)
        let server = ServiceGroup(configuration: configuration)
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { started.finish() }
                // Throws when hanging connections are cut off; that nothing listened is seen below.
                try? await server.run()
            }
            var result: Result<Void, any Error>?
            for await port in ports {
                do {
                    result = .success(try await body(port))
                } catch {
                    result = .failure(error)
                }
                break
            }
            await server.triggerGracefulShutdown()
            return result
        }
        try #require(result).get()
    }

    private func respond(to request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 16 * 1024 * 1024)
        let export = Export(
            method: request.method,
            path: request.uri.string,
            mediaType: request.headers[.contentType],
            spans: try JSONDecoder().decode(Body.self, from: Data(body.readableBytesView))
                .resourceSpans.flatMap(\.scopeSpans).flatMap(\.spans).map(\.name),
            time: .now
        )
        let number = received.withLock { exports in
            exports.append(export)
            return exports.count
        }
        return try await answer(number)
    }
}

extension Logger {
    /// A logger that keeps silent.
    static let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}
