import Correlation
import FoundationEssentials
import HTTPEdge
public import HTTPTypes
public import Hummingbird
import InputValidation
import Logging
import Metrics
import NIOCore
import Resilience
import ServiceClient
import ServiceContextModule
import StructuredLogging

/// Wraps a service's routes: correlation, deadline, log lines, metrics, spans, and every error as a problem.
///
/// A request runs under the correlation ID and trace it brought, or new ones, and under the deadline it brought, at
/// most ``Limits/maximum``. At the deadline it is cancelled and answered with 504.
public struct ServiceResponder<Inner: HTTPResponder>: HTTPResponder where Inner.Context == ServiceRequestContext {
    /// Hummingbird's associated type.
    public typealias Context = ServiceRequestContext

    private let inner: Inner
    private let deadlines: DeadlineLimits
    private let mapError: @Sendable (any Error) -> Problem?
    private let clock = ContinuousClock()

    /// Wraps `inner`.
    ///
    /// - Parameters:
    ///   - inner: The routes.
    ///   - deadlines: How long requests may take.
    ///   - mapError: The service's own errors as problems; nil for what it does not know.
    public init(
        _ inner: Inner,
        deadlines: DeadlineLimits,
        mapError: @escaping @Sendable (any Error) -> Problem? = { _ in nil }
    ) {
        self.inner = inner
        self.deadlines = deadlines
        self.mapError = mapError
    }

    /// Serves one request; never throws but for a broken connection.
    @concurrent
    public func respond(to request: Request, context: ServiceRequestContext) async throws -> Response {
        var generator = SystemRandomNumberGenerator()
        let correlation = CorrelationHeaders.context(from: request.headers, using: &generator)
        return await ServiceContext.withValue(correlation) {
            let start = clock.now
            Logger.current.info(
                "request started",
                metadata: [LogKey.method: "\(request.method)", LogKey.path: "\(request.uri.path)"]
            )
            let deadline = deadlines.deadline(for: request, at: start)
            var (response, error) = await answer(request, context, deadline)
            response.headers[.correlationID] = correlation.correlationID?.description
            finish(request, context, response, error, start.duration(to: clock.now))
            return response
        }
    }

    private func answer(
        _ request: Request,
        _ context: ServiceRequestContext,
        _ deadline: Deadline
    ) async -> (Response, (any Error)?) {
        var request = request
        let arrival = BodyArrival.watch(&request)
        do {
            let response = try await Deadline.withValue(deadline) { [request] in
                try await withDeadline(deadline, clock: clock) {
                    try await inner.respond(to: request, context: context)
                }
            }
            return (hasPlainError(response) ? problem(inPlaceOf: response).response() : response, nil)
        } catch is DeadlineExceeded where !arrival.isComplete {
            return (Problem(EdgeRefusal.slowRequest, limits: EdgeLimits()).response(), nil)
        } catch  where Task.isCancelled && context.isClientGone {
            return (Response(status: .clientGone), nil)
        } catch {
            let problem = problem(for: error)
            return (problem.response(), problem.status.code >= 500 ? error : nil)
        }
    }

    /// Whether Hummingbird's router answered one of its own errors, such as a path that it does not know.
    private func hasPlainError(_ response: Response) -> Bool {
        response.status.code >= 400 && response.headers[.contentType] != Problem.mediaType
    }

    private func problem(inPlaceOf response: Response) -> Problem {
        switch response.status {
        case .notFound: .notFound("resource")
        case .contentTooLarge: .bodyTooLarge(limit: Request.maximumJSONBytes)
        case let status: Problem(status, status.reasonPhrase)
        }
    }

    private func problem(for error: any Error) -> Problem {
        if let problem = mapError(error) { return problem }
        switch error {
        case let problem as Problem: return problem
        case let invalid as InvalidInput: return .invalid(invalid)
        case is DeadlineExceeded:
            return .deadlineExceeded
        case let error as ServiceClientError where error.code == .deadlineExceeded:
            return .deadlineExceeded
        case let error as ServiceClientError where error.code == .requestBodyFailed:
            return Problem(.badRequest, kind: "malformed-body", "The body broke off before its end.")
        case let error as ServiceClientError where error.code == .bulkheadFull:
            return .serviceBusy(error.service)
        case let error as ServiceClientError:
            return .serviceSilent(error.service)
        case let error as HTTPError where error.status == .notFound:
            return .notFound("resource")
        case let error as HTTPError:
            return Problem(error.status, error.body ?? error.status.reasonPhrase)
        case let refusal as EdgeRefusal:
            return Problem(refusal, limits: EdgeLimits())
        case is NIOTooManyBytesError:
            return .bodyTooLarge(limit: Request.maximumJSONBytes)
        case is CancellationError:
            return .unavailable("The service is shutting down.")
        default:
            return Problem(
                .internalServerError,
                kind: "internal",
                "Something went wrong here; the log has the details."
            )
        }
    }

    private func outcome(of status: HTTPResponse.Status) -> String {
        if status == .clientGone { return "cancelled" }
        return status.code < 400 ? "ok" : status.code < 500 ? "client-error" : "server-error"
    }

    private func finish(
        _ request: Request,
        _ context: ServiceRequestContext,
        _ response: Response,
        _ error: (any Error)?,
        _ duration: Duration
    ) {
        let status = response.status.code
        let outcome = outcome(of: response.status)
        var metadata: Logger.Metadata = [
            LogKey.method: "\(request.method)", LogKey.path: "\(request.uri.path)",
            LogKey.status: .stringConvertible(status), LogKey.outcome: "\(outcome)",
            LogKey.duration: .stringConvertible((duration.seconds * 1e6).rounded() / 1e3),
        ]
        if let variant = response.headers[.variant] { metadata[LogKey.variant] = "\(variant)" }
        if let error { metadata[LogKey.error] = "\(error)" }
        Logger.current.log(level: error == nil ? .info : .warning, "request finished", metadata: metadata)
        record(request, context, status, error, duration)
        Timer(
            label: "clowder_http_request_duration_seconds",
            dimensions: [
                ("method", MetricLabel.method(request.method)), ("route", context.endpointPath ?? "none"),
                ("status", String(status)),
            ]
        ).recordNanoseconds(Int64(duration.seconds * 1e9))
    }
}

extension ServiceResponder {
    /// The span that the request's context is of.
    private func record(
        _ request: Request,
        _ context: ServiceRequestContext,
        _ status: Int,
        _ error: (any Error)?,
        _ duration: Duration
    ) {
        guard let recorder = SpanRecorder.current, let correlation = ServiceContext.current else { return }
        // A method that nobody knows is named as the semantic conventions want it.
        let isKnown = MetricLabel.isKnown(request.method)
        let method = isKnown ? request.method.rawValue : "HTTP"
        // Where there is no route Hummingbird tells a word in its place.
        let route = context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil }
        var attributes: [String: Span.Value] {
            var attributes = Span.request(
                isKnown ? method : "_OTHER",
                path: request.uri.path,
                route: route,
                status: status
            )
            if !isKnown { attributes["http.request.method_original"] = .text(request.method.rawValue) }
            attributes["correlation.id"] = correlation.correlationID.map { .text("\($0)") }
            return attributes
        }
        recorder.record(
            correlation.traceContext,
            .server,
            route.map { "\(method) \($0)" } ?? method,
            taking: duration,
            attributes: attributes,
            failure: status >= 500 ? error.map { "\($0)" } ?? "\(status)" : nil
        )
    }
}

extension HTTPResponse.Status {
    /// Nobody is there to read an answer; the number is the one that others log for it.
    fileprivate static let clientGone = HTTPResponse.Status(code: 499, reasonPhrase: "Client Gone")
}

/// Label values that a client cannot multiply.
enum MetricLabel {
    private static let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    static func isKnown(_ method: HTTPRequest.Method) -> Bool {
        known.contains(method)
    }

    static func method(_ method: HTTPRequest.Method) -> String {
        isKnown(method) ? method.rawValue : "other"
    }
}

extension HTTPField.Name {
    // swift-format-ignore: NeverForceUnwrap
    /// The arm of an experiment that a request is in.
    public static let variant = HTTPField.Name("X-Variant")!
}
