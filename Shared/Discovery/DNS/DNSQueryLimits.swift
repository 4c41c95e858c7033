/// How long one question may take.
///
/// A question goes to each server in turn, by UDP and in as many rounds as there are tries. With one server it takes
/// ``timeout`` × ``tries`` at most. With more, libresolv gives each further one a share, so that two servers take up to
/// 4 s and three up to 5 s a round by default. A truncated answer adds ``timeout`` for each server that is asked by TCP.
public struct DNSQueryLimits: Hashable, Sendable {
    /// How long a server may take to answer, unless configured otherwise.
    public static let defaultTimeout = Duration.seconds(2)
    /// How often each server is asked, unless configured otherwise.
    public static let defaultTries = 2

    /// How long a server may take to answer: whole seconds, 1 to 30, rounded up.
    public let timeout: Duration
    /// How often each server is asked, 1 to 5.
    public let tries: Int

    /// Creates limits; values out of bounds are moved to the nearest bound.
    public init(timeout: Duration = defaultTimeout, tries: Int = defaultTries) {
        let (seconds, attoseconds) = timeout.components
        self.timeout = .seconds(min(max(seconds + (attoseconds > 0 ? 1 : 0), 1), 30))
        self.tries = min(max(tries, 1), 5)
    }

    /// ``timeout`` as libresolv takes it.
    var seconds: Int32 { Int32(timeout.components.seconds) }
}
