import NIOCore

/// The `Date` of answers, written once a second (RFC 9110 section 5.6.7).
struct HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private var second = -1
    private(set) var line = ByteBuffer()

    /// The whole field with its line end at this second since 1970.
    mutating func line(at second: Int) -> ByteBuffer {
        if second != self.second {
            self.second = second
            line = ByteBuffer(string: "Date: \(Self.text(second))\r\n")
        }
        return line
    }

    /// The date and time of a second since 1970.
    ///
    /// Days and months are counted as H. Hinnant does, "chrono-Compatible Low-Level Date Algorithms", 2021.
    static func text(_ second: Int) -> String {
        let day = second / 86_400
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = second % 86_400
        return "\(days[day % 7]), \(two(dayOfMonth)) \(months[month - 1]) \(year) "
            + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
    }
}
