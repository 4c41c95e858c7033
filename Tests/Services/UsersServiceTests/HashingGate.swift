import Dispatch

/// Holds up a thread of the hashing pool until it is opened.
struct HashingGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() {
        semaphore.wait()
    }

    func open() {
        semaphore.signal()
    }
}
