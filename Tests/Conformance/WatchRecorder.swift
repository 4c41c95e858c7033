package import Discovery
import Synchronization
import TestSupport

/// Remembers every set that a watch delivers.
package final class WatchRecorder: Sendable {
    private let received = Mutex<[Set<Endpoint>]>([])

    package var sets: [Set<Endpoint>] { received.withLock { $0 } }

    package init() {}

    /// Follows a watch until its task is cancelled.
    package func follow(_ updates: EndpointUpdates) async {
        for await set in updates {
            received.withLock { $0.append(set) }
        }
    }

    /// Waits until the set delivered last is this one.
    package func waitForLast(_ set: Set<Endpoint>) async throws {
        try await eventually("the set \(set)") { sets.last == set ? () : nil }
    }
}

/// Runs `body` while a watch on a service is recorded.
package func withWatch(
    on service: ServiceName,
    of resolver: any ServiceResolver,
    _ body: (WatchRecorder) async throws -> Void
) async throws {
    let recorder = WatchRecorder()
    let task = Task { await recorder.follow(resolver.endpoints(of: service)) }
    defer { task.cancel() }
    try await body(recorder)
}
