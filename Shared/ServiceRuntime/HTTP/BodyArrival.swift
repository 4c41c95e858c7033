import Hummingbird
import NIOCore
import Synchronization

/// Whether a request's body has arrived whole: who is still sending when the time is up was too slow itself.
final class BodyArrival: Sendable {
    private let state: Mutex<Bool>

    private init(isComplete: Bool) {
        state = Mutex(isComplete)
    }

    var isComplete: Bool { state.withLock { $0 } }

    /// Watches the body of a request that has one.
    static func watch(_ request: inout Request) -> BodyArrival {
        let hasBody =
            request.headers.contains(.transferEncoding) || (request.headers[.contentLength] ?? "0") != "0"
        let arrival = BodyArrival(isComplete: !hasBody)
        if hasBody { request.body = RequestBody(asyncSequence: WatchedBody(base: request.body, arrival: arrival)) }
        return arrival
    }

    private struct WatchedBody: AsyncSequence, Sendable {
        typealias Element = ByteBuffer

        let base: RequestBody
        let arrival: BodyArrival

        struct AsyncIterator: AsyncIteratorProtocol {
            var base: RequestBody.AsyncIterator
            let arrival: BodyArrival

            @concurrent
            mutating func next() async throws -> ByteBuffer? {
                let part = try await base.next()
                if part == nil { arrival.state.withLock { $0 = true } }
                return part
            }
        }

        func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(base: base.makeAsyncIterator(), arrival: arrival)
        }
    }
}
