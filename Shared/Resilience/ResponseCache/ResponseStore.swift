/// Where several processes keep responses to safe reads that they share.
///
/// What is kept belongs to an epoch of its cache, and an invalidation begins another one. A response is kept in the
/// epoch in which somebody looked for it and did not find it: one that was fetched before an invalidation is not found
/// after it, whoever keeps it, however late.
public protocol ResponseStore: Sendable {
    /// Looks for a response.
    ///
    /// - Parameters:
    ///   - key: All that the response depends on.
    ///   - cache: The name of the cache.
    ///   - completion: Called once, soon, on any thread.
    func find(_ key: String, in cache: String, completion: @escaping @Sendable (ResponseStoreLookup) -> Void)

    /// Keeps a response for as long as it is fresh; nobody hears whether that worked.
    ///
    /// - Parameters:
    ///   - response: The response.
    ///   - key: All that it depends on.
    ///   - cache: The name of the cache.
    ///   - epoch: The epoch in which it was missing, before it was fetched.
    func keep(_ response: StoredResponse, as key: String, in cache: String, from epoch: ResponseEpoch)

    /// Begins another epoch: no response of an earlier one is found any more.
    ///
    /// - Parameters:
    ///   - cache: The name of the cache.
    ///   - completion: Called once, soon, on any thread: whether the store has confirmed it.
    func invalidate(_ cache: String, completion: @escaping @Sendable (_ isConfirmed: Bool) -> Void)
}

/// A response as a store keeps it.
public struct StoredResponse: Hashable, Sendable {
    /// What it is, which is the caller's matter.
    public let bytes: [UInt8]
    /// How long it is kept, in whole milliseconds.
    public let fresh: Duration

    /// Creates a response.
    public init(bytes: [UInt8], fresh: Duration) {
        self.bytes = bytes
        self.fresh = fresh
    }
}

/// A time between two invalidations of a cache.
public struct ResponseEpoch: Hashable, Sendable {
    /// What sets it apart from all others.
    public let name: String

    /// Creates an epoch.
    public init(_ name: String) {
        self.name = name
    }
}

/// What a store has of a response.
public enum ResponseStoreLookup: Hashable, Sendable {
    /// It is there, and was kept so long ago by the store's clock.
    case found([UInt8], age: Duration)
    /// It is not; whoever fetches it may keep it in this epoch.
    case missing(ResponseEpoch)
    /// Nobody knows, and it is not to be kept.
    case unavailable
}
