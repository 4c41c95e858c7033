import AsyncHTTPClient
import Hummingbird
import NIOCore
import ServiceClient
import ServiceRuntime

/// Sends a request on to the service that answers it.
struct Forwarder: Sendable {
    let connections: ServiceConnections

    func forward(_ request: Request, on route: Route, context: ServiceRequestContext) async throws -> Response {
        let message = ServiceRequest(
            method: route.method,
            path: request.uri.string,
            headers: ForwardedHeaders.request(request.headers, peer: context.peerAddress),
            body: try await body(of: request, on: route)
        )
        let reply = try await connections.client(for: route.service).send(message)
        var headers = ForwardedHeaders.response(reply.headers)
        headers[.xContentTypeOptions] = "nosniff"
        if request.headers.contains(.authorization), !headers.contains(.cacheControl) {
            headers[.cacheControl] = "no-store"
        }
        return Response(status: reply.status, headers: headers, body: .init(byteBuffer: reply.body))
    }

    private func body(of request: Request, on route: Route) async throws -> ServiceRequest.Body {
        switch route.body {
        case .none: return .none
        case .json:
            try request.requireMediaType("application/json")
            if let length = request.headers[.contentLength].flatMap(Int.init), length > Request.maximumJSONBytes {
                throw Problem.bodyTooLarge(limit: Request.maximumJSONBytes)
            }
            do {
                return .bytes(try await request.body.collect(upTo: Request.maximumJSONBytes))
            } catch is NIOTooManyBytesError {
                throw Problem.bodyTooLarge(limit: Request.maximumJSONBytes)
            }
        case .stream(let mediaType):
            try request.requireMediaType(mediaType)
            return .stream(.stream(request.body, length: .unknown))
        }
    }
}
