/// A condition did not come true within its limit.
package struct PollingTimedOut: Error, CustomStringConvertible {
    package var description: String
}

/// Waits until `condition` gives a value, asking again after a pause of a few milliseconds, or of `pause`.
///
/// - Throws: ``PollingTimedOut`` naming what was waited for, or what `condition` threw.
package func eventually<Value>(
    _ what: String,
    within limit: Duration = .seconds(20),
    every pause: Duration = .milliseconds(5),
    _ condition: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: limit)
    while true {
        if let value = try await condition() { return value }
        guard clock.now < end else { throw PollingTimedOut(description: "\(what) did not happen within \(limit)") }
        try await clock.sleep(for: pause)
    }
}

/// Waits until `condition` holds, asking again after a pause of a few milliseconds, or of `pause`.
///
/// - Throws: ``PollingTimedOut`` naming what was waited for, or what `condition` threw.
package func eventually(
    _ what: String,
    within limit: Duration = .seconds(20),
    every pause: Duration = .milliseconds(5),
    holds condition: () async throws -> Bool
) async throws {
    _ = try await eventually(what, within: limit, every: pause) { try await condition() ? true : nil }
}
