/// Which of the traces that begin here are recorded.
///
/// The trace's ID decides, by its last 56 bits, which W3C Trace Context (Level 2) wants to be random: whoever uses the
/// same share comes to the same decision, and a smaller share is a part of a larger one (OpenTelemetry's consistent
/// probability sampling). A trace that began elsewhere is recorded if its caller says so.
public struct TraceSampling: Hashable, Sendable {
    /// Every trace.
    public static let all = TraceSampling(percent: 100)

    /// What traces that begin in this task, or those below it, are sampled by.
    @TaskLocal public static var current = TraceSampling.all

    private static let randomBits: UInt64 = 0x00FF_FFFF_FFFF_FFFF

    /// IDs from here on are recorded.
    private let threshold: UInt64

    /// Creates the sampling of a share of all traces.
    ///
    /// - Parameter percent: The share, from 0 to 100.
    public init(percent: Int) {
        precondition((0...100).contains(percent), "a share of traces is from 0 to 100 percent")
        let all = Self.randomBits + 1
        threshold = all - all * UInt64(percent) / 100
    }

    /// Whether the trace whose ID ends with these 64 bits is recorded.
    public func samples(_ lastBits: UInt64) -> Bool {
        lastBits & Self.randomBits >= threshold
    }
}
