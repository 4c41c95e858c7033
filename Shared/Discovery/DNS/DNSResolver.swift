import Synchronization

/// A resolver that finds replicas by the addresses or the services that DNS names (RFC 1035, 3596 and 2782).
///
/// ## When it looks
/// The shortest TTL of the records that an answer rests on says when to look again, kept within ``refreshInterval``.
/// A name that does not exist, or has no such records, means that nobody is there: an empty set, which holds as long as
/// its SOA record says (RFC 2308). A server that fails, refuses, is silent or talks nonsense is an outage: the watch
/// keeps silent and looks again after a random pause, below a ceiling that doubles within ``retryCeiling``.
///
/// ## What it finds
/// - An endpoint's ID is its authority, such as `192.0.2.1:80`, so that it is alike in every answer.
/// - Of SRV records those of the lowest priority count. Each of a target's addresses has the record's weight, at least
///   1; what several records say about one address and port is added up.
/// - Addresses of targets come from the additional records, and from further questions where those have none.
///
/// ## Order
/// The server's order is lost on purpose: a set has none, and its iteration is seeded anew in each process. An answer
/// in another order is no change. Which replica is connected first is up to the reader and its source of randomness.
///
/// ## Threads and cancellation
/// Questions block their thread, so they are asked on at most ``threadLimit`` threads of the resolver's own, which end
/// when there is nothing to ask; at most ``waitingLimit`` more questions wait. A cancelled watch ends at once, while a
/// question that is on its way ends by its ``DNSQueryLimits``.
public struct DNSResolver: ServiceResolver {
    /// The bounds of the time between two lookups.
    public static let refreshInterval = Duration.seconds(1)...Duration.seconds(60)
    /// The first and the last ceiling of the pause after a failed lookup; the pause is uniform in zero to ceiling.
    public static let retryCeiling = Duration.seconds(1)...Duration.seconds(30)
    /// The most questions that are on their way.
    public static let threadLimit = 2
    /// The most questions that wait for a thread; one more is a failed lookup.
    public static let waitingLimit = 64

    /// Asks a question.
    typealias Query = @Sendable (DNSQuestion) async throws(DNSLookupError) -> DNSAnswer

    private let source: DNSSource
    private let query: Query
    private let time: WatchTime
    private let generator: SharedGenerator
    private let onLookup: @Sendable (ServiceName, DNSLookupError?) -> Void

    /// Creates a resolver that asks through the system's libresolv.
    ///
    /// - Parameters:
    ///   - source: The names and the servers.
    ///   - limits: How long one question may take.
    ///   - clock: The clock of the TTLs and pauses.
    ///   - generator: The source of the pauses' randomness.
    ///   - onLookup: Called after every lookup with its failure, nil when there was an answer: for logs, and for the
    ///     age of what a reader holds, which hears nothing of answers that change nothing.
    public init(
        _ source: DNSSource,
        limits: DNSQueryLimits = DNSQueryLimits(),
        clock: some Clock<Duration>,
        generator: any RandomNumberGenerator & Sendable,
        onLookup: @escaping @Sendable (ServiceName, DNSLookupError?) -> Void = { _, _ in }
    ) {
        let client = LibresolvClient(nameservers: source.nameservers, limits: limits)
        let threads = BlockingThreads(threadLimit: Self.threadLimit, waitingLimit: Self.waitingLimit)
        let query: Query = { (question) throws(DNSLookupError) in try await threads.ask(question, through: client) }
        self.init(source, clock: clock, generator: generator, onLookup: onLookup, query: query)
    }

    /// Creates a resolver that asks in a way of the caller's own.
    init(
        _ source: DNSSource,
        clock: some Clock<Duration>,
        generator: any RandomNumberGenerator & Sendable,
        onLookup: @escaping @Sendable (ServiceName, DNSLookupError?) -> Void = { _, _ in },
        query: @escaping Query
    ) {
        self.source = source
        self.query = query
        time = WatchTime(clock)
        self.generator = SharedGenerator(generator)
        self.onLookup = onLookup
    }

    /// The replicas that DNS names, and every later set.
    public func endpoints(of service: ServiceName) -> EndpointUpdates {
        let lookup = EndpointLookup(name: source.name(of: service), records: source.records, query: query)
        return EndpointUpdates(confirming: { confirm in
            var state = DNSWatchState()
            return { _ in
                while !Task.isCancelled {
                    switch state.step(at: time.now()) {
                    case .wait(let moment): try? await time.sleep(moment)  // Throws on cancellation only.
                    case .lookUp:
                        let result = await lookup.result()
                        if case .deliver(let set) = finish(result, of: service, in: &state) { return set }
                        if case .success = result { confirm() }
                    }
                }
                return nil
            }
        })
    }

    private func finish(
        _ result: Result<EndpointLookup.Finding, DNSLookupError>,
        of service: ServiceName,
        in state: inout DNSWatchState
    ) -> DNSWatchState.Effect {
        switch result {
        case .success(let finding):
            onLookup(service, nil)
            return state.finish(with: finding, at: time.now())
        case .failure(let error):
            if error.code != .cancelled { onLookup(service, error) }
            return generator.withLock { state.fail(at: time.now(), using: &$0) }
        }
    }
}

/// The time since its own beginning, on whatever clock.
private struct WatchTime: Sendable {
    let now: @Sendable () -> Duration
    /// Waits until a moment; throws when the task is cancelled.
    let sleep: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }
}

/// One source of randomness for all watches, so that no two of them pause alike.
private final class SharedGenerator: Sendable {
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    init(_ generator: any RandomNumberGenerator & Sendable) {
        self.generator = Mutex(generator)
    }

    func withLock<Result: Sendable>(_ body: (inout any RandomNumberGenerator & Sendable) -> Result) -> Result {
        generator.withLock { body(&$0) }
    }
}

extension BlockingThreads {
    fileprivate func ask(
        _ question: DNSQuestion,
        through client: LibresolvClient
    ) async throws(DNSLookupError) -> DNSAnswer {
        let result: Result<DNSAnswer, DNSLookupError>
        do {
            result = try await run { Result { () throws(DNSLookupError) in try client.ask(question) } }
        } catch {
            switch error {
            case .overloaded: throw DNSLookupError(.overloaded, "\(question): too many questions run or wait")
            case .cancelled: throw DNSLookupError(.cancelled, "\(question): the watch has ended")
            }
        }
        return try result.get()
    }
}
