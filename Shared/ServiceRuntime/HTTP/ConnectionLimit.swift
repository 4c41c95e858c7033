import HummingbirdCore
import Logging
import Metrics
import StructuredLogging

/// Accepts no connection while there are as many as there may be: the next ones wait in the system's queue.
///
/// Without a limit a process runs out of descriptors, and can then not even renew its lease.
struct ConnectionLimit: AvailableConnectionsDelegate {
    /// The most connections that are ever accepted, whatever the system allows.
    static let highest = 100_000

    private let maximum: Int
    private let logger: Logger
    private var count = 0
    private var isReached = false

    init(_ maximum: Int, logger: Logger) {
        self.maximum = max(1, maximum)
        self.logger = logger
    }

    /// How many connections there may be with so many descriptors: the rest is for calls to services, files and leases.
    static func standard(descriptors: Int) -> Int {
        min(highest, max(1, descriptors / 4 * 3))
    }

    /// Counts a connection, and says so when it is the last one for now: `clowder_http_connection_limit_reached_total`.
    mutating func connectionOpened() {
        count += 1
        guard count == maximum, !isReached else { return }
        isReached = true
        Counter(label: "clowder_http_connection_limit_reached_total").increment()
        logger.warning(
            "as many connections as there may be; the next ones wait",
            metadata: [LogKey.count: .stringConvertible(maximum)]
        )
    }

    /// Counts the end of one; the limit is over when a tenth of the connections is gone.
    mutating func connectionClosed() {
        count -= 1
        guard isReached, count <= maximum - max(1, maximum / 10) else { return }
        isReached = false
        logger.info("connections are accepted again", metadata: [LogKey.count: .stringConvertible(count)])
    }

    func isAcceptingNewConnections() -> Bool { count < maximum }
}
