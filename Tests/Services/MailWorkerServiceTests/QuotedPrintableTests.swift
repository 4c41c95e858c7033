import TestSupport
import Testing

@testable import MailWorkerService

@Suite struct QuotedPrintableTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("1 + 1 = 2", "1 + 1 =3D 2"),
        ("é", "=C3=A9"),
        ("space ", "space=20"),
        ("tab\t", "tab=09"),
        ("a b\nc", "a b\r\nc"),
        ("a\r\nb\r", "a\r\nb\r\n"),
        ("\u{0}\u{7F}", "=00=7F"),
        ("", ""),
    ])
    func encodes(text: String, encoded: String) {
        #expect(QuotedPrintable.encode(text) == encoded)
    }

    @Test(arguments: [(76, 1), (77, 2), (151, 2), (152, 3)])
    func breaksLinesAfter76Characters(length: Int, lines: Int) {
        let encoded = QuotedPrintable.encode(String(repeating: "x", count: length))
        #expect(encoded.split(separator: "\r\n").count == lines)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func isReadBackAsItWas(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = ["a", "=", " ", "\t", "é", "猫", "👩‍👧", "\r\n", "=\r\n", "=3D", "."]
        let text = (0..<300).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        let encoded = QuotedPrintable.encode(text)
        #expect(ParsedMail.decode(encoded) == text, "seed \(seed)")
        let lines = encoded.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.last != " " && $0.last != "\t" }, "seed \(seed)")
    }
}
