import Resilience
import Synchronization

/// A store of shared responses that knows nothing, and says so when a test lets it.
final class SilentStore: ResponseStore {
    private let asked = Mutex<[@Sendable (ResponseStoreLookup) -> Void]>([])

    /// How many wait for an answer.
    var waiting: Int { asked.withLock(\.count) }

    /// Answers all who wait.
    func answer() {
        let all = asked.withLock { asked in
            defer { asked = [] }
            return asked
        }
        for completion in all { completion(.unavailable) }
    }

    func find(_ key: String, in cache: String, completion: @escaping @Sendable (ResponseStoreLookup) -> Void) {
        asked.withLock { $0.append(completion) }
    }

    func keep(_ response: StoredResponse, as key: String, in cache: String, from epoch: ResponseEpoch) {}

    func invalidate(_ cache: String, completion: @escaping @Sendable (Bool) -> Void) {
        completion(false)
    }
}
