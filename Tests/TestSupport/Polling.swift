/// A condition did not come true within its limit.
package struct PollingTimedOut: Error, CustomStringConvertible {
    package var description: String
}

/// Waits until `condition` gives a value, asking again every few milliseconds.
///
/// - Throws: ``PollingTimedOut`` naming what was waited for, or what `condition` threw.
package func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(20),
    _ condition: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while true {
        if let value = try await condition() { return value }
        guard clock.now < end else { throw PollingTimedOut(description: "\(what) did not happen within \(limit)") }
        try await clock.sleep(for: .milliseconds(5))
    }
}

/// Waits until `condition` holds, asking again every few milliseconds.
///
/// - Throws: ``PollingTimedOut`` naming what was waited for, or what `condition` threw.
package func eventually(
    _ what: String,
    within limit: Duration = .seconds(20),
    holds condition: () async throws -> Bool
) async throws {
    _ = try await eventually(what, within: limit) { try await condition() ? true : nil }
}
