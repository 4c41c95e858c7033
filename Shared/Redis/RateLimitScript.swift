import Resilience

/// The script that decides about a call, and counts it where all limits admit it.
///
/// A key holds its theoretical arrival time since 1970, as `MICROSECONDS:TICKS`. The script answers with what was spent
/// of each burst before the call, two numbers for each key; what that means is computed here, by ``GCRA``.
struct RateLimitScript: Sendable {
    let script: RedisScript
    /// What the clock is told with each call.
    let clockArguments: @Sendable () -> [String]

    /// Creates the script.
    ///
    /// - Parameters:
    ///   - clock: Seconds since 1970 and the microseconds beyond, as Lua finds them: by the server's clock.
    ///   - grace: How many milliseconds a key is kept after its burst is whole again, at least: both are rounded down.
    ///   - clockArguments: The last words of `ARGV`, for another clock.
    init(
        clock: String = "redis.call('TIME')",
        grace: Int = 2,
        clockArguments: @escaping @Sendable () -> [String] = { [] }
    ) {
        script = RedisScript("local clock, grace = \(clock), \(grace)\n" + Self.decision)
        self.clockArguments = clockArguments
    }

    /// What is done at the time of `clock`.
    ///
    /// Lua counts in floating point numbers, which hold whole numbers up to 2⁵³ exactly. Microseconds since 1970 plus the
    /// longest burst are below 2⁵¹, ticks below 2⁴¹.
    private static let decision = """
        local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
        local answer, after, isAdmitted = {}, {}, true
        for i, key in ipairs(KEYS) do
            local base, interval, intervalTicks, burst, burstTicks = unpack(ARGV, i * 5 - 4, i * 5)
            base, burst, burstTicks = tonumber(base), tonumber(burst), tonumber(burstTicks)
            local spent, ticks = 0, 0
            local known = redis.call('GET', key)
            if known then
                local arrival, rest = string.match(known, '^(%d+):(%d+)$')
                spent, ticks = tonumber(arrival) - now, tonumber(rest)
                if spent < 0 then
                    spent, ticks = 0, 0
                elseif spent > burst or (spent == burst and ticks > burstTicks) then
                    spent, ticks = burst, burstTicks
                end
            end
            answer[i * 2 - 1], answer[i * 2] = spent, ticks
            spent, ticks = spent + tonumber(interval), ticks + tonumber(intervalTicks)
            if ticks >= base then
                spent, ticks = spent + 1, ticks - base
            end
            after[i] = {spent, ticks}
            if spent > burst or (spent == burst and ticks > burstTicks) then
                isAdmitted = false
            end
        end
        if isAdmitted then
            for i, key in ipairs(KEYS) do
                local spent, ticks = after[i][1], after[i][2]
                local arrival = string.format('%.0f:%.0f', now + spent, ticks)
                redis.call('SET', key, arrival, 'PX', string.format('%.0f', math.floor(spent / 1000) + grace))
            end
        end
        return answer
        """

    /// The words that follow `EVALSHA` or `EVAL` and the script.
    func words(_ keys: [String], under policies: [RateLimitPolicy]) -> [String] {
        [String(keys.count)] + keys + policies.flatMap { Self.arguments(of: $0) } + clockArguments()
    }

    /// What the script is told of a policy.
    private static func arguments(of policy: RateLimitPolicy) -> [String] {
        let (interval, burst) = (policy.intervalSpan, policy.burstSpan)
        return [policy.ticksPerMicrosecond, interval.microseconds, interval.ticks, burst.microseconds, burst.ticks]
            .map { String($0) }
    }

    /// What the script answers.
    static func spans(in reply: [RedisReply]) -> [RateLimitSpan]? {
        guard reply.count.isMultiple(of: 2) else { return nil }
        let numbers = reply.compactMap { part in if case .integer(let number) = part { number } else { nil } }
        guard numbers.count == reply.count else { return nil }
        return stride(from: 0, to: numbers.count, by: 2).map { index in
            RateLimitSpan(microseconds: numbers[index], ticks: numbers[index + 1])
        }
    }
}
