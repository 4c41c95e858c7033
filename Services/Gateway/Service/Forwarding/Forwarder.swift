import AsyncHTTPClient
import HTTPProxy
import HTTPTypes
import Hummingbird
import NIOCore
import Resilience
import ServiceClient
import ServiceRuntime

/// Sends a request on to the service that answers it.
struct Forwarder: Sendable {
    let connections: ServiceConnections

    /// Up to this many bytes, an answer is read before it is passed on, so that a replica that breaks off is not felt.
    static let heldBackBytes = ProxyConfiguration.heldBackBytes

    /// How long what is left of a body is read when its call has failed; then the connection is given up.
    private static let drainLimit = Duration.seconds(5)

    func forward(
        _ request: Request,
        on route: Route,
        in arm: Experiments.Arm?,
        context: ServiceRequestContext
    ) async throws -> Response {
        var message = ServiceRequest(
            method: route.method,
            path: request.uri.path + (request.uri.query.map { "?\($0)" } ?? ""),
            headers: ForwardedHeaders.request(request.headers, peer: context.peerAddress)
        )
        message.headers[.variant] = arm?.variant.text
        message.streamsAbove = Self.heldBackBytes
        let client = connections.client(for: arm?.service ?? route.service)
        let reply: ServiceResponse
        switch route.body {
        case .none: reply = try await client.send(message)
        case .json:
            message.body = .bytes(try await json(of: request))
            reply = try await client.send(message)
        case .stream(let mediaType):
            try request.requireMediaType(mediaType)
            reply = try await stream(request.body, of: message, through: client)
        }
        var headers = ForwardedHeaders.response(reply.headers)
        headers[.xContentTypeOptions] = "nosniff"
        if request.headers.contains(.authorization), !headers.contains(.cacheControl) {
            headers[.cacheControl] = "no-store"
        }
        return Response(status: reply.status, headers: headers, body: Self.body(of: reply))
    }

    private static func body(of reply: ServiceResponse) -> ResponseBody {
        guard let stream = reply.stream else { return ResponseBody(byteBuffer: reply.body) }
        let deadline = Deadline.current
        return ResponseBody(contentLength: reply.headers[.contentLength].flatMap(Int.init)) { writer in
            try await pass(stream, until: deadline, to: &writer)
            try await writer.finish(nil)
        }
    }

    /// Passes a long answer on as it comes, no faster than the client reads; what breaks off ends the connection.
    private static func pass(
        _ body: HTTPClientResponse.Body,
        until deadline: Deadline?,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let relay = BodyRelay()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await withDeadline(deadline) { await relay.read(body) }
                } catch {
                    relay.close(throwing: error)
                }
            }
            defer {
                group.cancelAll()
                relay.close()
            }
            for try await part in relay { try await writer.write(part) }
        }
    }

    private func json(of request: Request) async throws -> ByteBuffer {
        try request.requireMediaType("application/json")
        if let length = request.headers[.contentLength].flatMap(Int.init), length > Request.maximumJSONBytes {
            throw Problem.bodyTooLarge(limit: Request.maximumJSONBytes)
        }
        do {
            return try await request.body.collect(upTo: Request.maximumJSONBytes)
        } catch is NIOTooManyBytesError {
            throw Problem.bodyTooLarge(limit: Request.maximumJSONBytes)
        }
    }

    /// Sends a body on while it arrives; returns when the body is read, or can be read no longer.
    private func stream(
        _ body: RequestBody,
        of message: ServiceRequest,
        through client: ServiceClient
    ) async throws -> ServiceResponse {
        let relay = BodyRelay()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await relay.read(body) }
            var message = message
            // Its answer is awaited here, while the body is read.
            message.streamsAbove = nil
            message.body = .stream(.stream(relay, length: .unknown))
            let reply: Result<ServiceResponse, any Error>
            do {
                reply = .success(try await client.send(message))
            } catch {
                reply = .failure(error)
            }
            relay.close()
            group.addTask { try await Task.sleep(for: Self.drainLimit) }
            try await group.next()
            group.cancelAll()
            return try reply.get()
        }
    }
}
