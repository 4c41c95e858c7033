package import Hummingbird
import NIOCore
package import ServiceRuntime

/// Answers every request at the edge: finds its route, checks who calls, and sends it on.
package struct GatewayResponder: HTTPResponder {
    package typealias Context = ServiceRequestContext

    let table: RouteTable
    let pages: Pages
    let access: AccessGuard
    let forwarder: Forwarder

    @concurrent
    package func respond(to request: Request, context: ServiceRequestContext) async throws -> Response {
        if [.get, .head].contains(request.method), let page = pages.response(path: request.uri.path) {
            context.coreContext.endpointPath.value = request.uri.path
            return request.method == .head ? page.withoutBody() : page
        }
        switch try table.match(request.method, path: request.uri.path) {
        case .options(let allow):
            return Response(status: .noContent, headers: [.allow: allow])
        case .route(let route):
            context.coreContext.endpointPath.value = route.pattern.description
            try await access.require(route.permission, of: request)
            let response = try await forwarder.forward(request, on: route, context: context)
            return request.method == .head ? response.withoutBody() : response
        }
    }
}

extension Response {
    /// The same head without the body, as `HEAD` asks for.
    fileprivate func withoutBody() -> Response {
        var headers = headers
        headers[.contentLength] = body.contentLength.map(String.init)
        return Response(status: status, headers: headers, body: .init(contentLength: body.contentLength) { writer in
            try await writer.finish(nil)
        })
    }
}
