import NIOCore
import ServiceClient
import Synchronization

/// Hands a body from its one reader to whoever sends it on, chunk by chunk.
///
/// The reader goes on to the end of the body, whatever becomes of the call: a body may be read only once, and what
/// nobody wants any more is dropped, so that the connection stays usable. At most one chunk waits to be taken.
final class BodyRelay: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private enum State {
        case idle
        case offered(ByteBuffer, CheckedContinuation<Void, Never>)
        case awaited(CheckedContinuation<ByteBuffer?, any Error>)
        /// No more chunks come, or nobody takes them.
        case closed((any Error)?)
    }

    private enum Effect {
        case none
        case resumeReader(CheckedContinuation<Void, Never>)
        case resumeTaker(CheckedContinuation<ByteBuffer?, any Error>, Result<ByteBuffer?, any Error>)

        func perform() {
            switch self {
            case .none: break
            case .resumeReader(let reader): reader.resume()
            case .resumeTaker(let taker, let result): taker.resume(with: result)
            }
        }
    }

    private let state = Mutex(State.idle)

    /// Reads a body to its end, handing on what is still wanted.
    func read<Body: AsyncSequence>(_ body: Body) async where Body.Element == ByteBuffer {
        do {
            for try await chunk in body { await offer(chunk) }
            close()
        } catch {
            close(throwing: RequestBodyFailure(cause: error))
        }
    }

    /// Nobody takes chunks any more, or, from the reader, no more come.
    func close(throwing error: (any Error)? = nil) {
        let effect: Effect = state.withLock { state in
            let before = state
            if case .closed = before { return .none }
            state = .closed(error)
            switch before {
            case .idle, .closed: return .none
            case .offered(_, let reader): return .resumeReader(reader)
            case .awaited(let taker): return .resumeTaker(taker, error.map { .failure($0) } ?? .success(nil))
            }
        }
        effect.perform()
    }

    /// Returns once the chunk is taken or dropped.
    private func offer(_ chunk: ByteBuffer) async {
        await withCheckedContinuation { reader in
            let effect: Effect = state.withLock { state in
                switch state {
                case .idle:
                    state = .offered(chunk, reader)
                    return .none
                case .awaited(let taker):
                    state = .idle
                    return .resumeTaker(taker, .success(chunk))
                case .offered, .closed: return .resumeReader(reader)
                }
            }
            effect.perform()
            if case .resumeTaker = effect { reader.resume() }
        }
    }

    private func take() async throws -> ByteBuffer? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { taker in
                let (effect, result): (Effect, Result<ByteBuffer?, any Error>?) = state.withLock { state in
                    switch state {
                    case .idle:
                        state = .awaited(taker)
                        return (.none, nil)
                    case .offered(let chunk, let reader):
                        state = .idle
                        return (.resumeReader(reader), .success(chunk))
                    case .closed(let error): return (.none, error.map { .failure($0) } ?? .success(nil))
                    case .awaited: return (.none, .failure(CancellationError()))
                    }
                }
                effect.perform()
                if let result { taker.resume(with: result) }
            }
        } onCancel: {
            close(throwing: CancellationError())
        }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        let relay: BodyRelay

        mutating func next() async throws -> ByteBuffer? { try await relay.take() }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(relay: self) }
}
