import Conformance
import FoundationEssentials
import Messaging
import NATS
import TestSupport
import Testing

/// The queue in JetStream against the server itself; each test has a stream of its own.
@Suite(
    .timeLimit(.minutes(3)),
    .enabled(if: NATSServer.isRequired, "NATS is not installed: apt-get install nats-server")
)
struct JetStreamQueueTests {
    /// One server for the whole battery: its streams do not know of one another.
    @Test func keepsThePromisesOfAQueue() async throws {
        try await NATSServer.with { server in
            let engine = QueueEngine { place, time in
                JetStreamQueue(try server.settings(stream: Self.stream(of: place)), now: { time.date })
            }
            try await withThrowingDiscardingTaskGroup { group in
                for promise in QueuePromise.all {
                    group.addTask { try await promise.check(engine) }
                }
            }
        }
    }

    /// The server knows a stream's subjects before its name: who comes between the two is told of an overlap.
    @Test func letsManyMakeTheStreamAtOnce() async throws {
        try await NATSServer.with { server in
            for round in 1...25 {
                let settings = try server.settings(stream: "round-\(round)")
                try await withThrowingDiscardingTaskGroup { group in
                    for _ in 1...8 {
                        group.addTask {
                            let depth = try await JetStreamQueue(settings, now: { Date() }).depth()
                            #expect(depth == QueueDepth(ready: 0, inFlight: 0, dead: 0))
                        }
                    }
                }
            }
        }
    }

    private static func stream(of place: String) -> String {
        String(place.split(separator: "/").last ?? "test")
    }
}

extension NATSServer {
    func settings(stream: String = "test") throws -> NATSSettings {
        NATSSettings(address: try JetStreamAddress(url: "\(url)/\(stream)"))
    }
}
