package import Resilience

extension ResponseStore {
    /// Looks for a response.
    package func find(_ key: String, in cache: String) async -> ResponseStoreLookup {
        await withCheckedContinuation { continuation in
            find(key, in: cache) { continuation.resume(returning: $0) }
        }
    }

    /// Begins another epoch; whether the store has confirmed it.
    package func invalidate(_ cache: String) async -> Bool {
        await withCheckedContinuation { continuation in
            invalidate(cache) { continuation.resume(returning: $0) }
        }
    }

    /// The epoch in which a response is missing.
    ///
    /// - Throws: ``NotMissing`` when it is there, or nobody knows.
    package func missing(_ key: String, in cache: String) async throws -> ResponseEpoch {
        let lookup = await find(key, in: cache)
        guard case .missing(let epoch) = lookup else { throw NotMissing(lookup: lookup) }
        return epoch
    }
}

/// A response is there, or nobody knows.
package struct NotMissing: Error {
    package let lookup: ResponseStoreLookup
}
