import HTTPProxy
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
    let forwarder: Forwarder
    let clock: ContinuousClock

    @concurrent
    package func respond(to request: Request, context: ServiceRequestContext) async throws -> Response {
        let parts = routing.current
        let limit = parts.table.route(request.method, path: request.uri.path)?.limit
        var report = await parts.limits.admit(from: context.peerAddress, under: limit)
        guard report.isAdmitted else { throw report.problem }
        do {
            var response = try await answer(request, context, parts, &report)
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
        _ parts: Routing.Snapshot,
        _ report: inout RateLimitReport
    ) async throws -> Response {
        guard RequestTarget.isWellFormed(request.head.path ?? "") else {
            throw Problem(.badRequest, kind: "malformed-target", "A % in the address needs two hexadecimal digits.")
        }
        if let page = pages.response(path: request.uri.path) {
            context.coreContext.endpointPath.value = request.uri.path
            return try Self.answer(request.method, with: page)
        }
        switch try parts.table.match(request.method, path: request.uri.path) {
        case .options(let allow):
            return Response(status: .noContent, headers: [.allow: allow])
        case .route(let route):
            context.coreContext.endpointPath.value = route.pattern.description
            let place = try parts.throttle?.admit(route.priority)
            do {
                let response = try await answer(request, context, on: route, parts, &report)
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
        _ parts: Routing.Snapshot,
        _ report: inout RateLimitReport
    ) async throws -> Response {
        var subject = context.peerAddress
        if let caller = try await access.require(route.permission, of: request) {
            subject = caller.accountID
            let verdict = await parts.limits.admit(account: caller.accountID)
            report = report.joined(with: verdict)
            guard verdict.isAdmitted else { throw report.problem }
        }
        let arm = parts.experiments.arm(of: subject, in: route.variant)
        let result: Result<Response, any Error>
        do {
            result = .success(
                try await measured(arm) { try await forwarder.forward(request, on: route, in: arm, context: context) }
            )
        } catch {
            result = .failure(error)
        }
        // Whatever was asked for before the change is out of date, even when nothing is known of how it ended.
        await invalidate(after: route, parts)
        var response = try result.get()
        response.headers[.variant] = arm?.variant.text
        return request.method == .head ? response.withoutBody() : response
    }

    /// Empties the caches that a call makes out of date, also where others have taken their place meanwhile.
    private func invalidate(after route: Route, _ parts: Routing.Snapshot) async {
        await parts.caches.invalidate(route.invalidates)
        let current = routing.current
        guard current.caches !== parts.caches else { return }
        let names = current.table.invalidated(by: route.method, route.pattern)
        await current.caches.invalidate(Array(Set(route.invalidates + names)))
    }

    /// Notes how long an arm takes, and how it ends.
    private func measured(
        _ arm: Experiments.Arm?,
        _ call: () async throws -> Response
    ) async throws -> Response {
        guard let arm else { return try await call() }
        let start = clock.now
        do {
            let response = try await call()
            VariantJournal.record(arm.variant, status: response.status.code, taking: start.duration(to: clock.now))
            return response
        } catch {
            VariantJournal.record(arm.variant, status: Self.status(of: error), taking: start.duration(to: clock.now))
            throw error
        }
    }

    /// How an error will be answered, as far as an experiment has to know.
    private static func status(of error: any Error) -> Int {
        switch error {
        case let problem as Problem: problem.status.code
        case is CancellationError: Deadline.current.map { $0.remaining(at: .now) <= .zero } ?? false ? 504 : 499
        default: 503
        }
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
