/// The deadline passed before the work was done; a retry cannot help the same caller.
public struct DeadlineExceeded: Error, Hashable, Sendable {
    /// Creates the error.
    public init() {}
}

/// Runs `operation` until `deadline` and cancels it there.
///
/// Inside another call of this function with a deadline that is not later, nothing is started: the outer one cancels
/// both.
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
    if let outer = EnforcedDeadline.current, outer <= deadline { return try await operation() }
    return try await withThrowingTaskGroup(of: Race<Result>.self) { group in
        group.addTask {
            .finished(try await EnforcedDeadline.$current.withValue(deadline) { try await operation() })
        }
        group.addTask {
            do {
                try await clock.sleep(until: deadline.instant)
                return .deadlinePassed
            } catch {
                return .timerCancelled
            }
        }
        defer { group.cancelAll() }
        while let event = try await group.next() {
            switch event {
            case .finished(let result): return result
            case .deadlinePassed: throw DeadlineExceeded()
            case .timerCancelled: continue
            }
        }
        throw CancellationError()
    }
}

/// The deadline at which an enclosing call cancels this task.
private enum EnforcedDeadline {
    @TaskLocal static var current: Deadline?
}

/// What happened first.
private enum Race<Result: Sendable>: Sendable {
    case finished(Result)
    case deadlinePassed
    /// The caller is cancelled: what the operation makes of that is the answer.
    case timerCancelled
}
