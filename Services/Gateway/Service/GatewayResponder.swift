package import Hummingbird
import NIOCore
import Resilience
package import ServiceRuntime
import Tokens

/// Answers every request at the edge: finds its route, checks who calls, and sends it on.
package struct GatewayResponder: HTTPResponder {
    package typealias Context = ServiceRequestContext

    let routing: Routing
    let pages: Pages
    let access: AccessGuard
    let limits: GatewayLimits
    let throttle: Throttle?
    let forwarder: Forwarder

    @concurrent
    package func respond(to request: Request, context: ServiceRequestContext) async throws -> Response {
        let table = routing.current.table
        let isLogIn = table.route(request.method, path: request.uri.path)?.isLogIn ?? false
        var report = limits.admit(from: context.peerAddress, isLogIn: isLogIn)
        guard report.isAdmitted else { throw report.problem }
        do {
            var response = try await answer(request, context, table, &report)
            response.headers.append(contentsOf: report.fields)
            return response
        } catch var problem as Problem where problem.headers[.rateLimit] == nil {
            problem.headers.append(contentsOf: report.fields)
            throw problem
        }
    }

    private func answer(
        _ request: Request,
        _ context: ServiceRequestContext,
        _ table: RouteTable,
        _ report: inout RateLimitReport
    ) async throws -> Response {
        guard RequestTarget.isWellFormed(request.head.path ?? "") else {
            throw Problem(.badRequest, kind: "malformed-target", "A % in the address needs two hexadecimal digits.")
        }
        if let page = pages.response(path: request.uri.path) {
            context.coreContext.endpointPath.value = request.uri.path
            return try Self.answer(request.method, with: page)
        }
        switch try table.match(request.method, path: request.uri.path) {
        case .options(let allow):
            return Response(status: .noContent, headers: [.allow: allow])
        case .route(let route):
            context.coreContext.endpointPath.value = route.pattern.description
            let place = try throttle?.admit(route.priority)
            do {
                let response = try await answer(request, context, on: route, &report)
                place?.finish(response)
                return response
            } catch {
                place?.finish(error)
                throw error
            }
        }
    }

    /// Answers a request that has its place among those in flight.
    private func answer(
        _ request: Request,
        _ context: ServiceRequestContext,
        on route: Route,
        _ report: inout RateLimitReport
    ) async throws -> Response {
        if let caller = try await access.require(route.permission, of: request) {
            let verdict = limits.admit(account: caller.accountID)
            report = report.joined(with: verdict)
            guard verdict.isAdmitted else { throw report.problem }
        }
        let response = try await forwarder.forward(request, on: route, context: context)
        return request.method == .head ? response.withoutBody() : response
    }

    /// A page can be read, and nothing else.
    private static func answer(_ method: HTTPRequest.Method, with page: Response) throws(Problem) -> Response {
        let allow = "GET, HEAD, OPTIONS"
        switch method {
        case .get: return page
        case .head: return page.withoutBody()
        case .options: return Response(status: .noContent, headers: [.allow: allow])
        default: throw RouteTable.refusal(of: method, allow: allow)
        }
    }
}

extension Response {
    /// The same head without the body, as `HEAD` asks for.
    fileprivate func withoutBody() -> Response {
        var headers = headers
        headers[.contentLength] = body.contentLength.map(String.init)
        return Response(
            status: status,
            headers: headers,
            body: .init(contentLength: body.contentLength) { writer in
                try await writer.finish(nil)
            }
        )
    }
}
