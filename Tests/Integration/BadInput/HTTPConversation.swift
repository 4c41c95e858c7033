import FoundationEssentials
import HTTPTypes
import InputValidation
import LocalStack
import NIOCore
import NIOHTTP1
import NIOPosix

/// Requests one after the other on one connection, so that a test sees whether it stays usable.
struct HTTPConversation {
    /// What a server answered.
    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        /// The body as JSON.
        var json: JSONValue {
            get throws { try StrictJSON.parse(body) }
        }
        /// The pointers of a 422.
        var pointers: [String] {
            get throws {
                guard case .array(let errors)? = try json["errors"] else { return [] }
                return errors.compactMap { error in
                    guard case .string(let pointer)? = error["pointer"] else { return nil }
                    return pointer
                }
            }
        }
    }

    /// The server ended the connection before the answer was whole.
    struct ConnectionEnded: Error {}

    private var inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    private let host: String

    /// Connects to a stack's gateway and runs `body` with the connection.
    static func with<Result>(
        _ stack: LocalStack,
        _ body: (inout HTTPConversation) async throws -> Result
    ) async throws -> Result {
        let port = stack.configuration.gatewayPort
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    // The usual handlers drop 100 Continue.
                    let decoder = HTTPResponseDecoder(informationalResponseStrategy: .forward)
                    try channel.pipeline.syncOperations.addHandlers([
                        HTTPRequestEncoder(), ByteToMessageHandler(decoder),
                    ])
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var conversation = HTTPConversation(
                inbound: inbound.makeAsyncIterator(),
                outbound: outbound,
                host: "127.0.0.1:\(port)"
            )
            return try await body(&conversation)
        }
    }

    /// Sends a request and waits for its answer.
    mutating func send(
        _ method: String,
        _ path: String,
        headers: [String: String] = [:],
        body: [UInt8]? = nil,
        token: String? = nil
    ) async throws -> Answer {
        var fields = HTTPHeaders(headers.map { ($0.key, $0.value) })
        fields.replaceOrAdd(name: "Host", value: host)
        if let token { fields.add(name: "Authorization", value: "Bearer \(token)") }
        if let body { fields.add(name: "Content-Length", value: "\(body.count)") }
        let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path, headers: fields)
        try await outbound.write(.head(head))
        if let body { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body)))) }
        try await outbound.write(.end(nil))
        return try await receive()
    }

    /// Sends the head of a request, waits for 100, and only then sends the body.
    mutating func sendAfterContinue(_ method: String, _ path: String, body: [UInt8]) async throws -> Answer {
        let fields: HTTPHeaders = [
            "Host": host, "Content-Type": "application/json", "Content-Length": "\(body.count)",
            "Expect": "100-continue",
        ]
        let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path, headers: fields)
        try await outbound.write(.head(head))
        guard case .head(let interim)? = try await inbound.next(isolation: #isolation), interim.status == .continue
        else { throw ConnectionEnded() }
        try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body))))
        try await outbound.write(.end(nil))
        return try await receive()
    }

    private mutating func receive() async throws -> Answer {
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        while let part = try await inbound.next(isolation: #isolation) {
            switch part {
            case .head(let received): head = received
            case .body(let chunk): body += chunk.readableBytesView
            case .end:
                guard let head else { throw ConnectionEnded() }
                return Answer(status: Int(head.status.code), headers: head.headers, body: body)
            }
        }
        throw ConnectionEnded()
    }
}
