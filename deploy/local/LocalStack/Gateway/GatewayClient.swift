import AsyncHTTPClient
package import FoundationEssentials
package import HTTPTypes
package import NIOCore
import NIOHTTP1

/// Talks to a gateway as a client would.
package struct GatewayClient: Sendable {
    /// What the gateway answered.
    package struct Reply: Sendable {
        package var status: Int
        package var headers: HTTPFields
        package var body: Data

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The body as a value.
        package func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            return try decoder.decode(type, from: body)
        }
    }

    package let baseURL: String
    private let client: HTTPClient

    /// Creates a client; the process shares one pool of connections.
    package init(baseURL: String) {
        self.baseURL = baseURL
        client = Self.connections
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: Path and query.
    ///   - headers: Further headers.
    ///   - json: A JSON text for the body.
    ///   - token: An access token.
    ///   - limit: How long to wait.
    /// - Returns: The answer, whatever its status.
    /// - Throws: The HTTP client's error when no whole answer arrives in time.
    package func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: [String: String] = [:],
        json: String? = nil,
        token: String? = nil,
        limit: Duration = .seconds(15)
    ) async throws -> Reply {
        var request = request(method, path, headers, token)
        if let json {
            if headers["Content-Type"] == nil { request.headers.add(name: "Content-Type", value: "application/json") }
            request.body = .bytes(ByteBuffer(string: json))
        }
        return try await execute(request, limit: limit)
    }

    /// Sends a stream of chunks and waits for the answer, however long that takes.
    package func upload<Chunks: AsyncSequence & Sendable>(
        _ path: String,
        mediaType: String,
        token: String,
        chunks: Chunks
    ) async throws -> Reply where Chunks.Element == ByteBuffer {
        var request = request(.post, path, ["Content-Type": mediaType], token)
        request.body = .stream(chunks, length: .unknown)
        return try await execute(request, limit: .seconds(3600))
    }

    private func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headers: [String: String],
        _ token: String?
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = HTTPMethod(rawValue: method.rawValue)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        return request
    }

    private func execute(_ request: HTTPClientRequest, limit: Duration) async throws -> Reply {
        let response = try await client.execute(request, timeout: .seconds(limit.components.seconds))
        let body = try await response.body.collect(upTo: 64 * 1024 * 1024)
        var headers = HTTPFields()
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        return Reply(status: Int(response.status.code), headers: headers, body: Data(body.readableBytesView))
    }

    private static let connections: HTTPClient = {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(2)),
            connectionPool: .init(idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: 256)
        )
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
