import NIOCore

/// Cuts a stream of chunks into lines, each with its number from 1; bounded by the longest line it accepts.
struct LineSplitter {
    /// The longest line in bytes.
    static let maximumLineBytes = 64 * 1024

    struct Line: Equatable {
        var number: Int
        /// The line without its end; nil for a line that was too long and is dropped.
        var bytes: [UInt8]?
    }

    private var partial: [UInt8] = []
    private var isTooLong = false
    private var number = 0

    /// The lines that a chunk completes.
    mutating func append(_ chunk: ByteBuffer) -> [Line] {
        var lines: [Line] = []
        var rest = chunk.readableBytesView[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            extend(with: rest[..<end])
            lines.append(finishLine())
            rest = rest[rest.index(after: end)...]
        }
        extend(with: rest)
        return lines
    }

    /// The last line, when the stream did not end with a line feed.
    mutating func finish() -> Line? {
        partial.isEmpty && !isTooLong ? nil : finishLine()
    }

    /// Keeps one byte more than a line may have: it may be the carriage return of the line's end.
    private mutating func extend(with bytes: some Collection<UInt8>) {
        guard !isTooLong, partial.count + bytes.count <= Self.maximumLineBytes + 1 else {
            isTooLong = true
            partial = []
            return
        }
        partial.append(contentsOf: bytes)
    }

    private mutating func finishLine() -> Line {
        number += 1
        defer {
            partial = []
            isTooLong = false
        }
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        return Line(number: number, bytes: isTooLong || partial.count > Self.maximumLineBytes ? nil : partial)
    }
}
