import Logging
import StructuredLogging
import Testing

/// The escaping of ``JSONLogHandler``: a line is a line whatever was logged.
@Suite struct JSONLogEscapingTests {
    private static let breakers: [UInt32] = Array(0...0x1F) + [0x22, 0x5C, 0x7F, 0x85, 0x9B, 0x2028, 0x2029]

    private func text(_ value: UInt32) throws -> String {
        "a" + String(Character(try #require(Unicode.Scalar(value)))) + "b"
    }

    @Test(arguments: breakers)
    func keepsTheTextInMessagesKeysAndValues(_ value: UInt32) throws {
        let output = RecordingOutput()
        let text = try text(value)
        output.logger().info("\(text)", metadata: [text: ["nested": [.string(text)]]])
        let object = try output.onlyObject()
        #expect(object["message"] == .text(text))
        #expect(object[text] == .object(["nested": .list([.text(text)])]))
    }

    /// U+0080 to U+009F are control characters as well: U+0085 ends lines, U+009B starts terminal commands.
    @Test(arguments: breakers + Array(0x80...0x9F))
    func writesNoControlCharacterButTheLineFeedAtTheEnd(_ value: UInt32) throws {
        let output = RecordingOutput()
        let text = try text(value)
        output.logger().info("\(text)", metadata: [text: .string(text)])
        let line = try #require(output.lines.first)
        let controls = line.unicodeScalars.filter {
            $0.properties.generalCategory == .control || $0.value == 0x2028 || $0.value == 0x2029
        }
        #expect(Array(controls) == ["\n"])
        #expect(line.hasSuffix("}\n"))
    }

    @Test func keepsAForgedLineInsideItsLine() throws {
        let output = RecordingOutput()
        let forged = "x\r\n{\"level\":\"critical\",\"message\":\"forged\"}"
        output.logger().info("\(forged)")
        let line = try #require(output.lines.first)
        #expect(line.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(!line.utf8.contains(UInt8(ascii: "\r")))
        #expect(try output.onlyObject()["level"] == "info")
        #expect(try output.onlyObject()["message"] == .text(forged))
    }

    @Test(arguments: ["é", "e\u{301}", "日本語", "👩‍👩‍👧", "\u{10FFFF}", "\u{FEFF}", "\u{202E}abc", "</script>"])
    func keepsOtherTextAsItIs(_ text: String) throws {
        let output = RecordingOutput()
        output.logger().info("\(text)", metadata: ["value": .string(text)])
        let object = try output.onlyObject()
        #expect(object["message"] == .text(text))
        #expect(object["value"] == .text(text))
        #expect(output.lines.first?.contains("\"\(text)\"") == true)
    }
}
