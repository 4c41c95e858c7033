/// What a name server knows about a question; no records mean that there are none.
struct DNSAnswer: Hashable, Sendable {
    /// The most aliases that one name may lead through.
    static let aliasLimit = 8

    /// The records of the answer section, in the server's order.
    var records: [DNSRecord] = []
    /// The records of the additional section.
    var additional: [DNSRecord] = []
    /// How long "there are none" holds: the smaller of the SOA record's TTL and its minimum (RFC 2308 section 5).
    ///
    /// Nil without such a record: the server does not say.
    var negativeTimeToLive: Duration?

    /// The name that `name` stands for in this answer, and the shortest TTL of the aliases on the way.
    ///
    /// - Returns: Nil when the way is longer than ``aliasLimit``, as a circle is.
    func canonicalName(of name: String) -> (name: String, timeToLive: Duration?)? {
        var name = name
        var shortest: Duration?
        for _ in 0...Self.aliasLimit {
            guard let (target, timeToLive) = alias(of: name) else { return (name, shortest) }
            name = target
            shortest = .shortest(shortest, timeToLive)
        }
        return nil
    }

    private func alias(of name: String) -> (target: String, timeToLive: Duration)? {
        for record in records where record.name == name {
            if case .alias(let target) = record.content { return (target, record.timeToLive) }
        }
        return nil
    }
}

extension Duration {
    /// The shortest of the durations that are known.
    static func shortest(_ durations: Duration?...) -> Duration? {
        durations.compactMap(\.self).min()
    }
}
