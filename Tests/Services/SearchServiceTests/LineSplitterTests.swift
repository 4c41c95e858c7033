import NIOCore
import TestSupport
import Testing

@testable import SearchService

@Suite struct LineSplitterTests {
    private func lines(of chunks: [String]) -> [LineSplitter.Line] {
        var splitter = LineSplitter()
        let lines = chunks.flatMap { splitter.append(ByteBuffer(string: $0)) }
        return lines + (splitter.finish().map { [$0] } ?? [])
    }

    private func line(_ number: Int, _ text: String?) -> LineSplitter.Line {
        LineSplitter.Line(number: number, bytes: text.map { Array($0.utf8) })
    }

    @Test func numbersLinesFromOneAndKeepsEmptyOnes() {
        #expect(lines(of: ["a\n\nb"]) == [line(1, "a"), line(2, ""), line(3, "b")])
        #expect(lines(of: []) == [])
        #expect(lines(of: ["a\n"]) == [line(1, "a")])
    }

    @Test func dropsOneCarriageReturnAtTheEndOnly() {
        #expect(lines(of: ["a\r\nb\r", "\nc\rd\r\r\n"]) == [line(1, "a"), line(2, "b"), line(3, "c\rd\r")])
        #expect(lines(of: ["a\r"]) == [line(1, "a")])
    }

    @Test(arguments: ["\n", "\r\n", ""])
    func boundsLinesWithoutTheirEnd(end: String) {
        let longest = String(repeating: "x", count: LineSplitter.maximumLineBytes)
        #expect(lines(of: [longest + end]) == [line(1, longest)])
        #expect(lines(of: [longest + "x" + end]) == [line(1, nil)])
    }

    @Test func goesOnAfterALineThatIsTooLong() {
        let half = String(repeating: "x", count: LineSplitter.maximumLineBytes)
        #expect(lines(of: [half, half, half, "\nb\n"]) == [line(1, nil), line(2, "b")])
        #expect(lines(of: [half, half]) == [line(1, nil)])
    }

    /// Where the network cuts the stream changes nothing.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func doesNotDependOnTheChunks(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = ["a", "é", "\n", "\r\n", "\r"]
        let text = (0..<200).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
        var splitter = LineSplitter()
        var rest = Array(text.utf8)[...]
        var result: [LineSplitter.Line] = []
        while !rest.isEmpty {
            let length = Int.random(in: 0...5, using: &generator)
            result += splitter.append(ByteBuffer(bytes: rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        if let last = splitter.finish() { result.append(last) }
        #expect(result == lines(of: [text]), "seed \(seed)")
    }

    @Test func boundsLinesAt64KiB() {
        #expect(LineSplitter.maximumLineBytes == 65_536)
    }
}
