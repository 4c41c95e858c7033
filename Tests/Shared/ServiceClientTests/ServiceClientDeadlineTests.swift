import AsyncHTTPClient
import Discovery
import HTTPTypes
import Hummingbird
import LoadBalancing
import NIOCore
import Resilience
import ServiceClient
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServiceClientDeadlineTests {
    private let clock = ContinuousClock()
    private let request = ServiceRequest(method: .get, path: "/")

    private func sentMilliseconds(_ replica: FakeReplica) throws -> [Int] {
        try replica.calls.map { try #require($0.headers[.requestTimeout].flatMap { Int($0) }) }
    }

    @Test func namesTheHeader() {
        #expect(HTTPField.Name.requestTimeout.rawName == "X-Request-Timeout-Ms")
    }

    @Test(arguments: [(20_000, 1...20_000), (60_000, 30_000...60_000)])
    func sendsTheDurationThatRemains(_ milliseconds: Int64, range: ClosedRange<Int>) async throws {
        let replica = FakeReplica(.ok)
        try await withClient(to: [replica]) { client in
            let deadline = Deadline.after(.milliseconds(milliseconds), from: clock.now)
            _ = try await Deadline.withValue(deadline) { try await client.send(request) }
        }
        let sent = try sentMilliseconds(replica)
        #expect(sent.count == 1 && range.contains(sent[0]), "\(sent)")
    }

    @Test func givesTwoSecondsToACallWithoutADeadline() async throws {
        let replica = FakeReplica(.ok)
        try await withClient(to: [replica]) { client in
            _ = try await eventually("an answer in time") {
                // On a busy machine two seconds may pass before the answer is there: the call is made again.
                try? await Deadline.withValue(nil) { try await client.send(request) }
            }
        }
        let sent = try sentMilliseconds(replica)
        #expect(!sent.isEmpty && sent.allSatisfy((0...2000).contains), "\(sent)")
    }

    /// What the caller itself was sent is not what it passes on.
    @Test func replacesADeadlineAmongTheHeaders() async throws {
        let replica = FakeReplica(.ok)
        try await withClient(to: [replica]) { client in
            var request = request
            request.headers[.requestTimeout] = "999999"
            _ = try await client.send(request)
        }
        #expect(try sentMilliseconds(replica).allSatisfy { $0 <= 40_000 })
        #expect(replica.calls.map { $0.headers[values: .requestTimeout].count } == [1])
    }

    @Test func sendsLessWithTheSecondAttempt() async throws {
        let first = FakeReplica { _, _ in
            // The answer takes until the clock has moved by what the header can show.
            let clock = ContinuousClock()
            let end = clock.now.advanced(by: .milliseconds(20))
            while clock.now < end { await Task.yield() }
            return Response(status: .serviceUnavailable)
        }
        let second = FakeReplica(.ok)
        try await withClient(to: [first, second]) { client in
            let deadline = Deadline.after(.seconds(30), from: clock.now)
            _ = try await Deadline.withValue(deadline) { try await client.send(request) }
        }
        let sent = try sentMilliseconds(first) + sentMilliseconds(second)
        #expect(sent.count == 2 && sent[1] <= sent[0] - 20, "\(sent)")
    }

    @Test(arguments: [0, -1, -5000] as [Int64])
    func callsNobodyWhenTheDeadlineHasPassed(_ milliseconds: Int64) async throws {
        let replica = FakeReplica(.ok)
        try await withClient(to: [replica]) { client in
            let deadline = Deadline.after(.milliseconds(milliseconds), from: clock.now)
            let error = await #expect(throws: ServiceClientError.self) {
                try await Deadline.withValue(deadline) { try await client.send(request) }
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(client.pool.snapshot.map(\.outstanding) == [0])
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [0])
        }
        #expect(replica.calls.isEmpty)
    }

    @Test func givesUpOnASilentReplicaAtTheDeadline() async throws {
        let connection = WatchedConnection()
        let replica = FakeReplica { _, request in try await connection.holdUntilClosed(request) }
        try await withClient(to: [replica, FakeReplica(.ok)]) { client in
            let start = clock.now
            let deadline = Deadline.after(.seconds(1), from: start)
            let error = await #expect(throws: ServiceClientError.self) {
                try await Deadline.withValue(deadline) { try await client.send(request) }
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(clock.now - start >= .seconds(1))
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [1, 0])
            #expect(client.pool.snapshot.map(\.outstanding) == [0, 0])
            try await eventually("the end of the connection") { connection.closedAt == nil ? nil : () }
        }
    }

    /// A service keeps the deadline of each of its requests, and what its calls find out must not be lost with them.
    @Test func countsASilentReplicaWhenItsCallerKeepsTheDeadline() async throws {
        let connection = WatchedConnection()
        let replica = FakeReplica { _, request in try await connection.holdUntilClosed(request) }
        try await withClient(to: [replica, FakeReplica(.ok)]) { client in
            let deadline = Deadline.after(.seconds(1), from: clock.now)
            // Both keep the same deadline: whichever is first says so.
            await #expect(throws: (any Error).self) {
                try await withDeadline(deadline) {
                    _ = try await Deadline.withValue(deadline) { try await client.send(request) }
                }
            }
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [1, 0])
        }
    }

    @Test func asksAnotherReplicaWhenOneIsSilent() async throws {
        #expect(ServiceClient.attemptLimit == .seconds(2))
        let silence = WatchedConnection()
        let replica = FakeReplica { _, request in try await silence.holdUntilClosed(request) }
        try await withClient(to: [replica, FakeReplica(.ok)]) { client in
            let start = clock.now
            #expect(try await client.send(request).status == .ok)
            #expect(clock.now - start >= ServiceClient.attemptLimit)
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [1, 0])
            try await eventually("the end of the silent connection") { silence.closedAt == nil ? nil : () }
        }
    }

    /// What may have been done is not done again, so it is waited for.
    @Test func waitsForASilentReplicaWithACallThatMayNotBeRepeated() async throws {
        let silence = WatchedConnection()
        let silent = FakeReplica { _, request in try await silence.holdUntilClosed(request) }
        let other = FakeReplica(.ok)
        try await withClient(to: [silent, other]) { client in
            let deadline = Deadline.after(.milliseconds(2500), from: clock.now)
            let error = await #expect(throws: ServiceClientError.self) {
                try await Deadline.withValue(deadline) {
                    try await client.send(ServiceRequest(method: .delete, path: "/"))
                }
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(clock.now >= deadline.instant)
            try await eventually("the end of the connection") { silence.closedAt == nil ? nil : () }
        }
        #expect(other.calls.isEmpty)
    }

    /// A client that hangs up in the middle of an upload says nothing about the replica.
    @Test func blamesNoReplicaForABodyThatBreaksOff() async throws {
        let replica = FakeReplica(.ok)
        try await withClient(to: [replica]) { client in
            // The connection is there before: a server that is stopped while it accepts one traps (swift-nio).
            _ = try await client.send(request)
            let body = AsyncThrowingStream<ByteBuffer, any Error> {
                throw RequestBodyFailure(cause: CancellationError())
            }
            let request = ServiceRequest(method: .post, path: "/", body: .stream(.stream(body, length: .unknown)))
            let error = await #expect(throws: ServiceClientError.self) { try await client.send(request) }
            #expect(error?.code == .requestBodyFailed)
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [0])
        }
    }

    // MARK: Cancellation

    @Test func endsWithItsTask() async throws {
        let connection = WatchedConnection()
        let replica = FakeReplica { _, request in try await connection.holdUntilClosed(request) }
        try await withClient(to: [replica, FakeReplica(.ok)]) { client in
            let call = Task { try await client.send(request) }
            try await eventually("the call") { replica.calls.isEmpty ? nil : () }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(client.pool.snapshot.map(\.consecutiveFailures) == [0, 0])
            #expect(client.pool.snapshot.map(\.outstanding) == [0, 0])
        }
    }

    /// The best of ten, since the machine that runs the tests may be busy: none of them waits for anything else.
    @Test func carriesCancellationToTheReplicaWithinATenthOfASecond() async throws {
        var shortest = Duration.seconds(60)
        for _ in 0..<10 where shortest > .milliseconds(100) {
            let connection = WatchedConnection()
            let replica = FakeReplica { _, request in try await connection.holdUntilClosed(request) }
            try await withClient(to: [replica]) { client in
                let deadline = Deadline.after(.seconds(50), from: clock.now)
                let call = Task { try await Deadline.withValue(deadline) { try await client.send(request) } }
                try await eventually("the call") { replica.calls.isEmpty ? nil : () }
                let cancelled = clock.now
                call.cancel()
                let closed = try await eventually("the end of the connection") { connection.closedAt }
                shortest = min(shortest, closed - cancelled)
                _ = await call.result
            }
        }
        #expect(shortest <= .milliseconds(100))
    }

    @Test func endsWithItsTaskBetweenTwoAttempts() async throws {
        let replicas = [FakeReplica(.serviceUnavailable), FakeReplica(.ok)]
        let pause = RetryPolicy(basePause: .seconds(3600), maximumPause: .seconds(3600))
        try await withClient(to: replicas, policy: pause) { client in
            let deadline = Deadline.after(.seconds(7200), from: clock.now)
            let call = Task { try await Deadline.withValue(deadline) { try await client.send(request) } }
            try await eventually("the first attempt") { replicas[0].calls.isEmpty ? nil : () }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
        }
        #expect(replicas[1].calls.isEmpty)
    }
}

/// The far end of a connection whose call is not answered.
private final class WatchedConnection: Sendable {
    private let closed = Mutex<ContinuousClock.Instant?>(nil)

    /// When the caller hung up.
    var closedAt: ContinuousClock.Instant? { closed.withLock { $0 } }

    func holdUntilClosed(_ request: Request) async throws -> Response {
        try await request.body.consumeWithCancellationOnInboundClose { _ in
            let (silence, source) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            for await _ in silence {}
            source.finish()
            self.closed.withLock { $0 = ContinuousClock().now }
            return Response(status: .ok)
        }
    }
}
