import ServiceRuntime

/// The settings that take the place of what the file says of one rate limit.
struct LimitOverride: Sendable {
    let name: String
    let summary: String
    let window: Duration

    private var unit: String { window == .seconds(1) ? "second" : "minute" }
    private var key: String { "limit.\(name).per-\(unit)" }
    private var burstKey: String { "limit.\(name).burst" }

    var settings: [Setting] {
        [
            Setting(
                key,
                .optionalInteger(0...1_000_000),
                default: "",
                "\(summary), a \(unit), in place of what the file says; 0 sets no limit."
            ),
            Setting(burstKey, .optionalInteger(1...1_000_000), default: "", "How many of them may come at once."),
        ]
    }

    /// Puts what is set in place of what the file says; a limit that the file does not have is added.
    func apply(_ settings: Settings, to limits: inout [RateLimitSetting]) {
        let calls = settings.optionalInteger(key)
        let burst = settings.optionalInteger(burstKey)
        guard calls != nil || burst != nil else { return }
        let index = limits.firstIndex { $0.name == name }
        var limit =
            index.map { limits[$0] }
            ?? RateLimitSetting(name: name, calls: 0, window: window, burst: max(1, calls ?? 1))
        if let calls {
            limit.calls = calls
            limit.window = window
        }
        if let burst { limit.burst = burst }
        if let index { limits[index] = limit } else { limits.append(limit) }
    }
}
