import ServiceRuntime
import Testing

@Suite struct PageCursorTests {
    @Test(arguments: ["a", "ab", "abc", "1700000000.5_17", "🐈/?+é", String(repeating: "x", count: 700)])
    func readsWhatItWrites(_ position: String) {
        let cursor = PageCursor.encode(position)
        #expect(PageCursor.decode(cursor) == position)
        #expect(cursor.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    }

    @Test(arguments: ["!", "a", "a b", "====", "_w", "é", String(repeating: "YWFh", count: 257)])
    func refusesWhatIsNoCursor(_ text: String) {
        #expect(PageCursor.decode(text) == nil)
    }
}
