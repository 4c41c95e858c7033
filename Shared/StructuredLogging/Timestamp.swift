import FoundationEssentials

/// Timestamps of log lines: RFC 3339 in UTC with milliseconds.
enum Timestamp {
    private static let millisecondsPerDay: Int64 = 86_400_000

    /// Formats without a calendar: days to dates by Howard Hinnant's `civil_from_days`.
    static func format(_ date: Date) -> String {
        let milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded(.down))
        let days = milliseconds.floorDivided(by: millisecondsPerDay)
        let time = milliseconds - days * millisecondsPerDay
        let (year, month, day) = civil(days)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        append(year, 4, "-", &text)
        append(month, 2, "-", &text)
        append(day, 2, "T", &text)
        append(time / 3_600_000, 2, ":", &text)
        append(time / 60_000 % 60, 2, ":", &text)
        append(time / 1000 % 60, 2, ".", &text)
        append(time % 1000, 3, "Z", &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func append(_ number: Int64, _ width: Int, _ separator: Unicode.Scalar, _ text: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
        text.append(UInt8(ascii: separator))
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
