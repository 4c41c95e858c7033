/// How many calls succeeded and failed over the last thirty seconds, in slices of three.
///
/// The window slides by whole slices: it covers the running slice and the nine before it.
struct SuccessWindow: Sendable {
    /// The time that is looked at.
    static let length = Duration.seconds(30)
    static let sliceCount = 10

    private struct Slice {
        var number: Int64 = -1
        var successes = 0
        var failures = 0
    }

    private var slices = [Slice](repeating: Slice(), count: SuccessWindow.sliceCount)
    private var current = 0
    private var currentEnd = Duration.zero

    private static let sliceSeconds = length.components.seconds / Int64(sliceCount)

    mutating func recordSuccess(at now: Duration) {
        moveOn(to: now)
        slices[current].successes += 1
    }

    mutating func recordFailure(at now: Duration) {
        moveOn(to: now)
        slices[current].failures += 1
    }

    /// The calls of the window that ends at `now`.
    func counts(at now: Duration) -> (successes: Int, calls: Int) {
        let number = Self.number(at: now)
        var successes = 0
        var calls = 0
        for slice in slices where slice.number > number - Int64(Self.sliceCount) && slice.number <= number {
            successes += slice.successes
            calls += slice.successes + slice.failures
        }
        return (successes, calls)
    }

    mutating func clear() {
        self = SuccessWindow()
    }

    /// Opens the slice of `now` unless it is open; a comparison in the common case.
    private mutating func moveOn(to now: Duration) {
        guard now >= currentEnd else { return }
        let number = Self.number(at: now)
        current = Int(number % Int64(Self.sliceCount))
        slices[current] = Slice(number: number)
        currentEnd = .seconds((number + 1) * Self.sliceSeconds)
    }

    private static func number(at now: Duration) -> Int64 {
        now.components.seconds / sliceSeconds
    }
}
