import Synchronization

/// How many more tasks may start.
///
/// One task takes and waits, those that it started give.
final class Slots: Sendable {
    private struct State {
        var free: Int
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    var free: Int { state.withLock { $0.free } }

    func take() {
        state.withLock { $0.free -= 1 }
    }

    func give() {
        let waiting = state.withLock { state in
            state.free += 1
            return state.waiting.take()
        }
        waiting?.resume()
    }

    /// Waits until one is free or the task is cancelled.
    func waitForOne() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.free == 0, !Task.isCancelled else { return true }
                    state.waiting = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.take() }?.resume()
        }
    }
}
