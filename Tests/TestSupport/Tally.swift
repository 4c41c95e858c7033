import Synchronization

/// How often something happened, told from any thread.
package final class Tally: Sendable {
    private let number = Mutex(0)

    package init() {}

    package var value: Int { number.withLock { $0 } }

    package func count() {
        number.withLock { $0 += 1 }
    }
}
