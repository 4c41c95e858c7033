package import Resilience
import Synchronization
package import TestSupport

/// A store of shared responses in a test's own memory and by its clock; it may be away.
package final class MemoryResponseStore: ResponseStore {
    private struct Kept {
        let response: StoredResponse
        let epoch: ResponseEpoch
        let since: Duration
    }

    private struct State {
        var epochs: [String: Int] = [:]
        var kept: [String: Kept] = [:]
        var lastEpoch = 0
        var isAway = false
    }

    private let time: ManualTime
    private let state = Mutex(State())

    package init(_ time: ManualTime) {
        self.time = time
    }

    /// Whether nothing is found, kept or confirmed.
    package var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }

    /// How many responses are kept, of whatever epoch.
    package var count: Int { state.withLock { $0.kept.count } }

    package func find(
        _ key: String,
        in cache: String,
        completion: @escaping @Sendable (ResponseStoreLookup) -> Void
    ) {
        let now = time.now
        completion(
            state.withLock { state in
                if state.isAway { return .unavailable }
                let epoch = Self.epoch(of: cache, &state)
                guard let kept = state.kept["\(cache) \(key)"], kept.epoch == epoch,
                    now - kept.since < kept.response.fresh
                else { return .missing(epoch) }
                return .found(kept.response.bytes, age: now - kept.since)
            }
        )
    }

    package func keep(_ response: StoredResponse, as key: String, in cache: String, from epoch: ResponseEpoch) {
        let now = time.now
        state.withLock { state in
            if state.isAway { return }
            state.kept["\(cache) \(key)"] = Kept(response: response, epoch: epoch, since: now)
        }
    }

    package func invalidate(_ cache: String, completion: @escaping @Sendable (Bool) -> Void) {
        let isConfirmed = state.withLock { state in
            if !state.isAway { state.epochs[cache] = nil }
            return !state.isAway
        }
        completion(isConfirmed)
    }

    private static func epoch(of cache: String, _ state: inout State) -> ResponseEpoch {
        if let number = state.epochs[cache] { return ResponseEpoch("\(number)") }
        state.lastEpoch += 1
        state.epochs[cache] = state.lastEpoch
        return ResponseEpoch("\(state.lastEpoch)")
    }
}
