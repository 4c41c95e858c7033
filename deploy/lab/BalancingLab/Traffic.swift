import LoadBalancing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The calls of one experiment, drawn beforehand so that every policy meets the same ones.
public struct Traffic: Sendable {
    /// One call, in nanoseconds from the beginning.
    struct Call: Sendable, Equatable {
        var arrivesAt: Int64
        /// What it takes a healthy replica.
        var work: Int64
        var key: AffinityKey
    }

    /// Calls a second, at random moments (a Poisson process).
    public static let callsPerSecond = 200
    /// How long calls arrive.
    public static let length = Duration.seconds(90)
    /// The part of a call's work that is the same for all.
    public static let leastWork = Duration.milliseconds(8)
    /// The mean of the part that differs, which is distributed exponentially.
    public static let meanExtraWork = Duration.milliseconds(12)
    /// How many different keys there are, all equally frequent.
    public static let keyCount = 1000

    let calls: [Call]

    /// Draws the traffic of a seed.
    public init(seed: UInt64) {
        var generator = PickGenerator(seed: seed)
        var calls: [Call] = []
        var time = 0.0
        while true {
            time += Self.exponential(mean: 1e9 / Double(Self.callsPerSecond), using: &generator)
            guard time < Double(Self.length.inNanoseconds) else { break }
            let extra = Self.exponential(mean: Double(Self.meanExtraWork.inNanoseconds), using: &generator)
            calls.append(
                Call(
                    arrivesAt: Int64(time),
                    work: Self.leastWork.inNanoseconds + Int64(extra),
                    key: AffinityKey("key-\(Int.random(in: 0..<Self.keyCount, using: &generator))")
                )
            )
        }
        self.calls = calls
    }

    private static func exponential(mean: Double, using generator: inout PickGenerator) -> Double {
        -log(1 - generator.unit()) * mean
    }
}

extension Duration {
    var inNanoseconds: Int64 { Int64(self / .nanoseconds(1)) }
}
