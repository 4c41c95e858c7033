/// The deadline passed before the work was done; a retry cannot help the same caller.
public struct DeadlineExceeded: Error, Hashable, Sendable {
    /// Creates the error.
    public init() {}
}

/// Runs `operation` until `deadline` and cancels it there.
///
/// - Returns: What `operation` returned.
/// - Throws: ``DeadlineExceeded`` when the deadline came first; otherwise what `operation` threw. The function returns
///   once `operation` has reacted to its cancellation.
public func withDeadline<Result: Sendable>(
    _ deadline: Deadline?,
    clock: ContinuousClock = ContinuousClock(),
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    guard let deadline else { return try await operation() }
    guard deadline.instant > clock.now else { throw DeadlineExceeded() }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await clock.sleep(until: deadline.instant)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else { throw DeadlineExceeded() }
        return result
    }
}
