import InputValidation
import TestSupport
import Testing

@Suite struct CalendarDateTests {
    @Test(arguments: [
        ("2024-02-29", 2024, 2, 29), ("2023-02-28", 2023, 2, 28), ("2000-02-29", 2000, 2, 29),
        ("2400-02-29", 2400, 2, 29), ("0000-02-29", 0, 2, 29), ("0001-01-01", 1, 1, 1), ("9999-12-31", 9999, 12, 31),
        ("1999-04-30", 1999, 4, 30), ("1582-10-10", 1582, 10, 10),
    ])
    func readsDaysThatExist(_ text: String, year: Int, month: Int, day: Int) throws {
        let date = try #require(CalendarDate(text))
        #expect([date.year, date.month, date.day] == [year, month, day])
        #expect(date.description == text)
    }

    @Test(arguments: [
        "2023-02-29", "1900-02-29", "2100-02-29", "2024-02-30", "2024-04-31", "2024-06-31", "2024-09-31", "2024-11-31",
        "2024-01-32", "2024-12-32", "2024-00-10", "2024-13-01", "2024-05-00",
    ])
    func refusesDaysThatDoNotExist(_ text: String) {
        #expect(CalendarDate(text) == nil)
    }

    @Test(arguments: [
        "", "2024", "2024-05", "2024-5-01", "24-05-01", "20240501", "2024/05/01", "2024-05-01 ", " 2024-05-01",
        "2024-05-01T00:00:00Z", "-024-05-01", "+024-05-01", "2024-0a-01", "2024_05_01", "２０２４-05-01", "2024-05-0é",
        "12024-05-01", "2024-05-01\n", "01-05-2024",
    ])
    func refusesOtherForms(_ text: String) {
        #expect(CalendarDate(text) == nil)
    }

    @Test(arguments: [
        (2023, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
        (2024, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]),
    ])
    func knowsTheLengthOfEveryMonth(_ year: Int, lengths: [Int]) {
        for (index, length) in lengths.enumerated() {
            let month = (index < 9 ? "0" : "") + String(index + 1)
            #expect(CalendarDate("\(year)-\(month)-\(length)") != nil)
            #expect(CalendarDate("\(year)-\(month)-\(length + 1)") == nil)
        }
    }

    /// The days of 400 years number 146 097, whatever the year they begin with.
    @Test(arguments: [0, 1600, 1999])
    func countsTheDaysOfTheGregorianCycle(_ first: Int) {
        var count = 0
        for year in first..<first + 400 {
            for month in 1...12 {
                for day in 28...31 where CalendarDate(Self.text(year, month, day)) != nil {
                    count += day == 28 ? 28 : 1
                }
            }
        }
        #expect(count == 146_097)
    }

    @Test func ordersByTime() throws {
        let texts = ["0999-12-31", "1999-12-31", "2000-01-01", "2000-01-31", "2000-02-01", "2000-10-01"]
        var generator = SeededGenerator(seed: 7)
        let dates = try texts.shuffled(using: &generator).map { try #require(CalendarDate($0)) }
        #expect(dates.sorted().map(\.description) == texts)
    }

    private static func text(_ year: Int, _ month: Int, _ day: Int) -> String {
        let digits = String(year)
        return String(repeating: "0", count: 4 - digits.count) + digits + (month < 10 ? "-0" : "-") + "\(month)-\(day)"
    }
}
