import Synchronization

/// The routes in force; another set takes their place as a whole, and requests under way keep theirs.
final class Routing: Sendable {
    /// The same routes, as each way through the gateway looks for them.
    struct Snapshot: Sendable {
        /// For requests that are looked at.
        let table: RouteTable
        /// For requests that are passed on.
        let proxied: ProxiedRoutes
    }

    private let state: Mutex<Snapshot>

    init(_ snapshot: Snapshot) {
        state = Mutex(snapshot)
    }

    var current: Snapshot { state.withLock { $0 } }

    func replace(with snapshot: Snapshot) {
        state.withLock { $0 = snapshot }
    }
}
