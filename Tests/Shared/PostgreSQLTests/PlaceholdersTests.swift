import Testing

@testable import PostgreSQL

@Suite struct PlaceholdersTests {
    @Test(arguments: [
        ("SELECT 1", "SELECT 1"),
        ("SELECT ?, ?", "SELECT $1, $2"),
        ("SELECT '?', ?", "SELECT '?', $1"),
        ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', $1"),
        ("SELECT \"a?\" FROM t WHERE b = ?", "SELECT \"a?\" FROM t WHERE b = $1"),
        ("SELECT 'ä?', ?, 'ö'", "SELECT 'ä?', $1, 'ö'"),
    ])
    func numbersMarksOutsideOfQuotes(_ sql: String, _ numbered: String) {
        #expect(Placeholders.number(sql) == numbered)
    }

    @Test func remembersNoMoreThanItsLimit() {
        let placeholders = Placeholders()
        for number in 0...Placeholders.maximumRemembered {
            #expect(placeholders.numbered("SELECT ?, \(number)") == "SELECT $1, \(number)")
        }
        #expect(placeholders.numbered("SELECT ?, 0") == "SELECT $1, 0")
    }
}
