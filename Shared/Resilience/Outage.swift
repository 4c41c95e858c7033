/// Whether something that many ask is away, told once and not with each of them.
///
/// It is over when somebody succeeds and nobody has failed for ``calm``: an outage that comes and goes is one outage.
public struct Outage: Sendable {
    /// How long nobody may have failed.
    public static let calm = Duration.seconds(1)

    private var lastFailure: Duration?

    /// Creates the state of something that is there.
    public init() {}

    /// Whether it is away.
    public var isUnderWay: Bool { lastFailure != nil }

    /// Notes a failure; whether an outage begins with it.
    public mutating func fail(at time: Duration) -> Bool {
        defer { lastFailure = time }
        return lastFailure == nil
    }

    /// Notes a success; whether an outage ends with it.
    public mutating func succeed(at time: Duration) -> Bool {
        guard let last = lastFailure, time - last >= Self.calm else { return false }
        lastFailure = nil
        return true
    }
}
