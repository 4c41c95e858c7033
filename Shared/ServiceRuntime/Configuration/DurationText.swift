/// Durations as people write them: a number and `ms`, `s`, `m` or `h`.
enum DurationText {
    static func parse(_ text: String) -> Duration? {
        let units: [(suffix: String, milliseconds: Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = Int64(text.dropLast(unit.suffix.count)), number >= 0, number < 1_000_000_000 else {
                return nil
            }
            return .milliseconds(number * unit.milliseconds)
        }
        return nil
    }

    static func format(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        switch milliseconds {
        case let count where count % 3_600_000 == 0 && count > 0: return "\(count / 3_600_000)h"
        case let count where count % 60_000 == 0 && count > 0: return "\(count / 60_000)m"
        case let count where count % 1000 == 0: return "\(count / 1000)s"
        default: return "\(milliseconds)ms"
        }
    }
}
