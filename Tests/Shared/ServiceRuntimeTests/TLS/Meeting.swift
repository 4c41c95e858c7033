import Synchronization

/// A point that a number of tasks have to reach before any of them goes on.
final class Meeting: Sendable {
    private let missing: Mutex<(count: Int, waiters: [CheckedContinuation<Void, Never>])>

    init(of count: Int) {
        missing = Mutex((count, []))
    }

    func meet() async {
        await withCheckedContinuation { continuation in
            let ready = missing.withLock { missing in
                missing.count -= 1
                missing.waiters.append(continuation)
                guard missing.count == 0 else { return [CheckedContinuation<Void, Never>]() }
                return missing.waiters
            }
            for waiter in ready { waiter.resume() }
        }
    }
}
