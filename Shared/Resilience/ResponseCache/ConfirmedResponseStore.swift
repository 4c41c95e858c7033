import Synchronization

/// A store that is not asked for anything between an invalidation and its confirmation.
///
/// Whoever changes something and then reads does not find the old response, also where the store could not be told of
/// the change: until it has confirmed an invalidation that came after it, nothing is found in it and nothing kept. It is
/// told again when somebody looks for a response. Other processes may find the old one for as long as it is fresh.
public final class ConfirmedResponseStore: ResponseStore {
    private struct Unconfirmed {
        /// The last change that the store has to be told of.
        var change: UInt64
        var isTold = false
    }

    private struct State {
        var caches: [String: Unconfirmed] = [:]
        var lastChange: UInt64 = 0
    }

    private let store: any ResponseStore
    private let state = Mutex(State())

    /// Creates a store in front of `store`.
    public init(_ store: any ResponseStore) {
        self.store = store
    }

    /// Looks for a response; see ``ResponseStore``.
    public func find(_ key: String, in cache: String, completion: @escaping @Sendable (ResponseStoreLookup) -> Void) {
        guard state.withLock({ $0.caches[cache] == nil }) else {
            tellAgain(cache)
            return completion(.unavailable)
        }
        store.find(key, in: cache, completion: completion)
    }

    /// Keeps a response; see ``ResponseStore``.
    public func keep(_ response: StoredResponse, as key: String, in cache: String, from epoch: ResponseEpoch) {
        guard state.withLock({ $0.caches[cache] == nil }) else { return }
        store.keep(response, as: key, in: cache, from: epoch)
    }

    /// Begins another epoch; by the time this returns nothing of an earlier one is found here.
    public func invalidate(_ cache: String, completion: @escaping @Sendable (_ isConfirmed: Bool) -> Void) {
        let change = state.withLock { state in
            state.lastChange += 1
            state.caches[cache] = Unconfirmed(change: state.lastChange, isTold: true)
            return state.lastChange
        }
        tell(cache, of: change, completion)
    }

    private func tellAgain(_ cache: String) {
        let change = state.withLock { state -> UInt64? in
            guard let unconfirmed = state.caches[cache], !unconfirmed.isTold else { return nil }
            state.caches[cache]?.isTold = true
            return unconfirmed.change
        }
        if let change { tell(cache, of: change) { _ in } }
    }

    private func tell(_ cache: String, of change: UInt64, _ completion: @escaping @Sendable (Bool) -> Void) {
        store.invalidate(cache) { [self] isConfirmed in
            state.withLock { state in
                // A later change is told on its own.
                guard state.caches[cache]?.change == change else { return }
                if isConfirmed { state.caches[cache] = nil } else { state.caches[cache]?.isTold = false }
            }
            completion(isConfirmed)
        }
    }
}
