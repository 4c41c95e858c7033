/// A limit on the calls to one dependency at a time, so that a slow one cannot take all of a process's capacity.
///
/// A call that finds no place is refused at once. There is no waiting room: a queue before a dependency that is too slow
/// only makes answers late, and a caller that wants to wait has a deadline and a retry for that.
public struct Bulkhead: Hashable, Sendable {
    /// How many calls may be in flight unless told otherwise.
    public static let defaultLimit = 25

    /// How many calls may be in flight.
    public internal(set) var limit: Int
    /// How many calls are in flight; more than `limit` only when that was lowered meanwhile.
    public private(set) var inFlight = 0

    /// Creates an empty bulkhead; a limit below 1 is taken as 1.
    public init(limit: Int = Bulkhead.defaultLimit) {
        self.limit = max(1, limit)
    }

    /// Takes a place for a call; false when none is free, and then nothing is taken.
    public mutating func enter() -> Bool {
        guard inFlight < limit else { return false }
        inFlight += 1
        return true
    }

    /// Gives a place back, once for each ``enter()`` that returned true; an empty bulkhead stays empty.
    public mutating func leave() {
        inFlight = max(0, inFlight - 1)
    }
}
