/// The sets of replicas of one service over time, each element the whole set.
///
/// The sequence is pulled: nothing runs between two calls of `next()`, and a slow reader sees the latest set only.
public struct EndpointUpdates: AsyncSequence, Sendable {
    /// One set of replicas.
    public typealias Element = Set<Endpoint>
    /// Updates never fail; see ``ServiceResolver/endpoints(of:)``.
    public typealias Failure = Never

    /// Called when the source was asked and still says what was sent last.
    public typealias Confirmation = @Sendable () -> Void

    private let makeNext: @Sendable (@escaping Confirmation) -> (Set<Endpoint>?) async -> Set<Endpoint>?
    private var confirm: Confirmation = {}

    /// Creates a sequence whose source never has to be asked again.
    ///
    /// - Parameter makeNext: Called once an iterator; the function it returns is given the set sent last, nil at
    ///   first, waits for one that differs and returns it, or nil when its task is cancelled.
    public init(makeNext: @escaping @Sendable () -> (Set<Endpoint>?) async -> Set<Endpoint>?) {
        self.makeNext = { _ in makeNext() }
    }

    /// Creates a sequence that also tells of answers which change nothing.
    ///
    /// - Parameter makeNext: As for ``init(makeNext:)``, given what to call for such an answer.
    public init(
        confirming makeNext: @escaping @Sendable (@escaping Confirmation) -> (Set<Endpoint>?) async -> Set<Endpoint>?
    ) {
        self.makeNext = makeNext
    }

    /// The same sequence, which also calls `body` for every answer of the source that changes nothing.
    ///
    /// That tells a source which is silent because nothing changes from one that is away.
    public func onConfirmation(_ body: @escaping Confirmation) -> Self {
        var updates = self
        updates.confirm = body
        return updates
    }

    /// Starts a watch.
    public func makeAsyncIterator() -> Iterator {
        Iterator(awaitNext: makeNext(confirm))
    }

    /// A running watch.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let awaitNext: (Set<Endpoint>?) async -> Set<Endpoint>?
        private var last: Set<Endpoint>?

        fileprivate init(awaitNext: @escaping (Set<Endpoint>?) async -> Set<Endpoint>?) {
            self.awaitNext = awaitNext
        }

        /// The next set that differs from the last one, or nil when the task is cancelled.
        public mutating func next() async -> Set<Endpoint>? {
            guard !Task.isCancelled, let set = await awaitNext(last) else { return nil }
            last = set
            return set
        }
    }
}
