/// How many calls there were in a sliding window, how many of them failed, and how many more were refused.
///
/// The window moves in slices of a tenth of its length, so it holds the last nine to ten tenths. Time that goes back
/// counts as the latest time seen.
struct SlidingCounts: Sendable {
    static let sliceCount = 10

    private struct Slice {
        var calls = 0
        var failures = 0
        var refusals = 0
    }

    private(set) var calls = 0
    private(set) var failures = 0
    private var refusals = 0
    private var slices = [Slice](repeating: Slice(), count: SlidingCounts.sliceCount)
    private var newest: Int64 = 0
    private let sliceNanoseconds: Int64

    init(window: Duration) {
        sliceNanoseconds = max(1, window.wholeNanoseconds / Int64(Self.sliceCount))
    }

    /// Adds a call at `time` and forgets those that have left the window.
    mutating func addCall(failures failed: Int, at time: Duration) {
        advance(to: time)
        let index = position(of: newest)
        slices[index].calls += 1
        slices[index].failures += failed
        calls += 1
        failures += failed
    }

    /// Adds a refusal at `time`, which is no call.
    mutating func addRefusal(at time: Duration) {
        advance(to: time)
        slices[position(of: newest)].refusals += 1
        refusals += 1
    }

    /// Whether a refusal is in the window that ends at `time`.
    func hasRefusals(at time: Duration) -> Bool {
        var counts = self
        counts.advance(to: time)
        return counts.refusals > 0
    }

    /// Forgets the calls, and not the refusals.
    mutating func forgetCalls() {
        (calls, failures) = (0, 0)
        for index in slices.indices { (slices[index].calls, slices[index].failures) = (0, 0) }
    }

    private mutating func advance(to time: Duration) {
        let current = time.wholeNanoseconds / sliceNanoseconds
        guard current > newest else { return }
        for number in max(newest + 1, current - Int64(Self.sliceCount) + 1)...current {
            let index = position(of: number)
            calls -= slices[index].calls
            failures -= slices[index].failures
            refusals -= slices[index].refusals
            slices[index] = Slice()
        }
        newest = current
    }

    private func position(of slice: Int64) -> Int {
        Int(slice % Int64(Self.sliceCount))
    }
}
