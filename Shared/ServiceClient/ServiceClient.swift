public import AsyncHTTPClient
import Correlation
import Discovery
import HTTPTypes
public import LoadBalancing
import Logging
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix
public import Resilience
import ServiceContextModule

/// Calls one service: chooses a replica, keeps the deadline, retries where that is safe, passes on the correlation.
///
/// A call has the task's current ``Resilience/Deadline``, or two seconds. Each attempt goes to another replica as long
/// as there is one. Retries are limited by the policy, by a budget that all calls of this client share, and by the
/// deadline. A replica that is silent for ``attemptLimit`` is given up when the call may be repeated and another replica
/// is left to ask. Cancelling the task closes the attempt's connection.
public struct ServiceClient: Sendable {
    /// The largest answer that is read, in bytes.
    public static let maximumResponseBytes = 16 * 1024 * 1024
    /// How long the head of an answer may take when the call can be tried at another replica.
    public static let attemptLimit = Duration.seconds(2)

    /// The replicas that calls go to.
    public let pool: EndpointPool
    private let transport: HTTPClient
    private let policy: RetryPolicy
    /// How many retries there may be; shared with whoever else calls these replicas.
    public let budget: SharedRetryBudget
    /// Stops calls to a service that mostly fails; shared like the budget.
    public let breaker: SharedCircuitBreaker
    /// How many calls may be in hand at a time; shared like the budget.
    public let bulkhead: SharedBulkhead
    private let clock: ContinuousClock

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - pool: The replicas, kept up to date by whoever runs the pool.
    ///   - transport: An HTTP client that follows no redirects; see ``makeTransport()``.
    ///   - policy: When a failed call is tried again.
    ///   - budget: How many retries there may be as a share of calls.
    ///   - breaker: Stops calls to a service that mostly fails; one of its own, which tells nobody, when nil.
    ///   - bulkhead: How many calls may be in hand; one more is refused at once.
    ///   - clock: The clock of deadlines and pauses.
    public init(
        pool: EndpointPool,
        transport: HTTPClient,
        policy: RetryPolicy = RetryPolicy(),
        budget: RetryBudget = RetryBudget(),
        breaker: SharedCircuitBreaker? = nil,
        bulkhead: SharedBulkhead = SharedBulkhead(),
        clock: ContinuousClock
    ) {
        self.pool = pool
        self.transport = transport
        self.policy = policy
        self.budget = SharedRetryBudget(budget, from: clock.now)
        self.breaker = breaker ?? SharedCircuitBreaker(from: clock.now)
        self.bulkhead = bulkhead
        self.clock = clock
    }

    /// An HTTP client for calls between services: no redirects, one second to connect, idle connections for a minute.
    ///
    /// Reading has no time-out of its own since every call has a deadline.
    public static func makeTransport() -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(1), read: nil),
            connectionPool: .init(idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: 64)
        )
        configuration.httpVersion = .http1Only
        // A refused connection is an answer: the next replica is tried at once, by this client.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sends a request and reads the whole answer, whatever its status is.
    ///
    /// - Throws: ``ServiceClientError`` when there is no answer; `CancellationError` when the task was cancelled.
    public func send(_ request: ServiceRequest) async throws -> ServiceResponse {
        let start = clock.now
        guard bulkhead.enter() else { throw refusal(.bulkheadFull, "bulkhead-full") }
        defer { bulkhead.leave() }
        guard case .admitted(let permit, _) = breaker.admit(at: start) else {
            throw refusal(.breakerOpen, "breaker-open")
        }
        do {
            let response = try await sendAdmitted(request)
            finish(permit, start, as: response.verdict)
            return response
        } catch let error as ServiceClientError {
            finish(permit, start, as: Self.ownFailures.contains(error.code) || Task.isCancelled ? .ignored : .failure)
            throw error
        } catch {
            finish(permit, start, as: .ignored)
            throw error
        }
    }

    private func finish(
        _ permit: CircuitBreaker.Permit,
        _ start: ContinuousClock.Instant,
        as outcome: CircuitBreaker.Outcome
    ) {
        let now = clock.now
        breaker.finish(permit, as: outcome, after: start.duration(to: now), at: now)
    }

    private func sendAdmitted(_ request: ServiceRequest) async throws -> ServiceResponse {
        // Without its slash a path would run on from the authority and could name another host.
        guard request.path.hasPrefix("/") else { throw error(.malformedRequest) }
        let deadline = Deadline.current ?? .after(Deadline.internalDefault, from: clock.now)
        budget.recordRequest(at: clock.now)
        var tried: Set<String> = []
        var attempt = 1
        while true {
            guard deadline.instant > clock.now else { throw error(.deadlineExceeded) }
            guard let pick = pool.pick(excluding: tried) else { throw error(.noReplica) }
            tried.insert(pick.endpoint.id)
            let mayGoElsewhere =
                policy.allowsAttempt(after: attempt) && pool.count > tried.count
                && RetryDecision.mayRetry(request, after: .error(.attemptTimedOut))
            let limit = mayGoElsewhere ? Deadline.after(Self.attemptLimit, from: clock.now) : deadline
            let span = AttemptSpan(at: clock.now)
            let result = await self.attempt(
                request,
                at: pick.endpoint,
                as: span.context,
                headBy: min(limit, deadline),
                until: deadline
            )
            span.end(request, to: pick.endpoint, of: pool.service, attempt: attempt, result, at: clock.now)
            pool.finish(pick, as: outcome(of: result, deadline))
            try Task.checkCancellation()
            guard let failure = failure(of: result), RetryDecision.mayRetry(request, after: failure),
                policy.allowsAttempt(after: attempt), let pause = pause(after: failure, attempt: attempt),
                clock.now.advanced(by: pause) < deadline.instant, budget.takeRetry(at: clock.now)
            else { return try result.get() }
            Counter(label: "clowder_client_retries_total", dimensions: [("service", "\(pool.service)")]).increment()
            Logger.current.debug(
                "call is tried again",
                metadata: ["peer.service": "\(pool.service)", "attempt": .stringConvertible(attempt + 1)]
            )
            try await clock.sleep(for: pause)
            attempt += 1
        }
    }

    private func attempt(
        _ request: ServiceRequest,
        at endpoint: Endpoint,
        as context: ServiceContext?,
        headBy limit: Deadline,
        until deadline: Deadline
    ) async -> Result<ServiceResponse, ServiceClientError> {
        let start = clock.now
        defer {
            Timer(label: "clowder_client_duration_seconds", dimensions: [("service", "\(pool.service)")])
                .recordNanoseconds(Int64(start.duration(to: clock.now).seconds * 1e9))
        }
        do {
            return .success(
                try await withDeadline(deadline, clock: clock) {
                    let message = message(for: request, to: endpoint, as: context, deadline: deadline)
                    let response = try await transport.execute(message, deadline: nioDeadline(limit))
                    return try await read(response, streamsAbove: request.streamsAbove)
                }
            )
        } catch let error as ServiceClientError {
            return .failure(error)
        } catch is DeadlineExceeded {
            return .failure(error(.deadlineExceeded))
        } catch let cause as HTTPClientError where cause == .deadlineExceeded {
            return .failure(error(limit < deadline ? .attemptTimedOut : .deadlineExceeded, cause))
        } catch let cause as RequestBodyFailure {
            return .failure(error(.requestBodyFailed, cause))
        } catch let cause as HTTPClientError where cause == .invalidURL {
            return .failure(error(.malformedRequest, cause))
        } catch let cause as HTTPClientError where Self.connectFailures.contains(cause) {
            return .failure(error(.unreachable, cause))
        } catch let cause as NIOConnectionError {
            return .failure(error(.unreachable, cause))
        } catch let cause as IOError where cause.errnoCode == 111 || cause.errnoCode == 61 {
            // ECONNREFUSED on Linux and Darwin: the connection pool passes the bare error on.
            return .failure(error(.unreachable, cause))
        } catch {
            return .failure(self.error(.broken, error))
        }
    }

    private func nioDeadline(_ deadline: Deadline) -> NIODeadline {
        .now() + .nanoseconds(Int64(deadline.remaining(at: clock.now).seconds * 1e9))
    }

    private static let connectFailures: [HTTPClientError] = [
        .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
    ]

    private func message(
        for request: ServiceRequest,
        to endpoint: Endpoint,
        as context: ServiceContext?,
        deadline: Deadline
    ) -> HTTPClientRequest {
        var headers = request.headers
        if let context {
            CorrelationHeaders.inject(context, into: &headers)
        }
        headers[.requestTimeout] = deadline.headerValue(at: clock.now)
        var message = HTTPClientRequest(url: "http://\(endpoint.authority)\(RequestPath.encoded(request.path))")
        message.method = HTTPMethod(rawValue: request.method.rawValue)
        message.headers = HTTPHeaders(headers.map { ($0.name.rawName, $0.value) })
        switch request.body {
        case .none: break
        case .bytes(let buffer): message.body = .bytes(buffer)
        case .stream(let body): message.body = body
        }
        return message
    }

    private func read(_ response: HTTPClientResponse, streamsAbove limit: Int?) async throws -> ServiceResponse {
        var headers = HTTPFields()
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        let length = headers[.contentLength].flatMap(Int.init)
        if let limit, length ?? .max > limit {
            return ServiceResponse(
                status: .init(code: Int(response.status.code)),
                headers: headers,
                body: ByteBuffer(),
                stream: response.body
            )
        }
        do {
            return ServiceResponse(
                status: .init(code: Int(response.status.code)),
                headers: headers,
                body: try await response.body.collect(upTo: Self.maximumResponseBytes)
            )
        } catch let cause as NIOTooManyBytesError {
            throw error(.responseTooLarge, cause)
        }
    }

    /// A call cut off at its deadline is the replica's failure, whoever cut it off; one cut off before is the caller's.
    private func outcome(
        of result: Result<ServiceResponse, ServiceClientError>,
        _ deadline: Deadline
    ) -> EndpointPool.Outcome {
        switch result {
        // A replica that is overloaded is no worse than the others, and no faster.
        case .success(let response) where response.verdict == .refused: .overloaded
        case .success(let response): response.status.code < 500 ? .success : .errorAnswer
        case .failure(let error) where Self.ownFailures.contains(error.code): .ignored
        case .failure: Task.isCancelled && deadline.instant > clock.now ? .ignored : .failure
        }
    }

    /// What goes wrong on this side of the call.
    private static let ownFailures: [ServiceClientError.Code] = [
        .malformedRequest, .requestBodyFailed, .responseTooLarge,
    ]

    private func failure(of result: Result<ServiceResponse, ServiceClientError>) -> AttemptFailure? {
        switch result {
        case .success(let response):
            guard response.status.code >= 500 || response.status.code == 429 else { return nil }
            let seconds = response.headers[.retryAfter].flatMap(Int.init)
            return .status(response.status, retryAfter: seconds.map { .seconds($0) })
        case .failure(let error): return .error(error.code)
        }
    }

    private func pause(after failure: AttemptFailure, attempt: Int) -> Duration? {
        var generator = SystemRandomNumberGenerator()
        let pause = policy.pause(beforeRetry: attempt - 1, using: &generator)
        guard case .status(let status, let retryAfter?) = failure, status.code == 429 else { return pause }
        return max(pause, retryAfter)
    }

    /// A call that is not made.
    private func refusal(_ code: ServiceClientError.Code, _ reason: String) -> ServiceClientError {
        Counter(
            label: "clowder_client_refusals_total",
            dimensions: [("service", "\(pool.service)"), ("reason", reason)]
        ).increment()
        return error(code)
    }

    private func error(_ code: ServiceClientError.Code, _ cause: (any Error)? = nil) -> ServiceClientError {
        ServiceClientError(code, service: "\(pool.service)", cause: cause)
    }
}
