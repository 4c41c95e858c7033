import Correlation
import TestSupport
import Testing

@Suite struct CorrelationIDTests {
    @Test(arguments: [UInt8](0...0x7F))
    func acceptsLettersDigitsDotsUnderscoresAndHyphens(_ byte: UInt8) {
        let allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
        let text = "a" + String(Unicode.Scalar(byte)) + "b"
        #expect((CorrelationID(text) != nil) == allowed.utf8.contains(byte))
    }

    @Test(arguments: ["é", "a\u{301}", "Ａ", "\u{212A}", "a\r\nb", "a b", "日本"])
    func refusesOtherText(_ text: String) {
        #expect(CorrelationID(text) == nil)
    }

    @Test(arguments: [(0, false), (1, true), (2, true), (127, true), (128, true), (129, false), (10_000, false)])
    func acceptsUpTo128Characters(_ count: Int, isAccepted: Bool) {
        #expect((CorrelationID(String(repeating: "x", count: count)) != nil) == isAccepted)
    }

    @Test func namesItsLimit() {
        #expect(CorrelationID.maximumLength == 128)
    }

    @Test func keepsItsText() throws {
        #expect(try #require(CorrelationID("Order-7_a.B")).description == "Order-7_a.B")
    }

    @Test func makesDistinctIDsOf32HexadecimalDigits() {
        var generator = SeededGenerator(seed: 1)
        let ids = (0..<1000).map { _ in CorrelationID(using: &generator).description }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.count == 32 && $0.allSatisfy("0123456789abcdef".contains) })
    }

    @Test func makesIDsThatItAccepts() {
        var generator = SeededGenerator(seed: 2)
        let id = CorrelationID(using: &generator)
        #expect(CorrelationID(id.description) == id)
    }
}
