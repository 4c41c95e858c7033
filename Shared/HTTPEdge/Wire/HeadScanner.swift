#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Finds the end of a head, line by line, however it arrives; no byte is looked at twice.
///
/// Lines end with CR LF. A line feed alone is refused: whoever takes it for a line end, and whoever does not, read two
/// different requests in the same bytes.
struct HeadScanner {
    private var scanned = 0
    private var lineStart = 0
    private var fieldsStart: Int?
    private var lineCount = 0

    /// Whether an empty line was read over before the head.
    var isAfterEmptyLine = false

    /// Whether nothing of the head has been looked at.
    var isAtStart: Bool { scanned == 0 }

    /// Looks at what has arrived since the last call.
    ///
    /// - Parameters:
    ///   - bytes: All bytes of the head so far, and whatever follows it.
    ///   - limits: How long the head may get.
    /// - Returns: The length of the head with its empty line; nil when it has not ended.
    /// - Throws: ``EdgeRefusal`` as soon as a limit is passed or a line ends wrongly.
    mutating func end(in bytes: UnsafeRawBufferPointer, limits: EdgeLimits) throws(EdgeRefusal) -> Int? {
        // What begins like no method will not become one: TLS at a plain port is told at once.
        if isAtStart, let first = bytes.first, !ByteSet.token.contains(first) { throw .malformedRequestLine }
        while let lineFeed = Self.lineFeed(in: bytes, from: scanned) {
            scanned = lineFeed + 1
            guard lineFeed > lineStart, bytes[lineFeed - 1] == ASCII.carriageReturn else {
                throw fieldsStart == nil ? .malformedRequestLine : .malformedField
            }
            if let end = try endOfLine(lineFeed, limits) { return end }
            lineStart = scanned
        }
        scanned = bytes.count
        guard let fieldsStart else {
            // The line's CR counts as one of its bytes until its end is seen.
            if scanned > limits.requestLineBytes + 1 { throw .requestLineTooLong }
            return nil
        }
        if scanned - fieldsStart > limits.fieldBytes + 1 { throw .fieldsTooLarge }
        return nil
    }

    private mutating func endOfLine(_ lineFeed: Int, _ limits: EdgeLimits) throws(EdgeRefusal) -> Int? {
        let length = lineFeed - 1 - lineStart
        guard let fieldsStart else {
            if length > limits.requestLineBytes { throw .requestLineTooLong }
            fieldsStart = scanned
            return nil
        }
        if length == 0 {
            // The empty line is no field's.
            if lineStart - fieldsStart > limits.fieldBytes { throw .fieldsTooLarge }
            return scanned
        }
        lineCount += 1
        if lineCount > limits.fieldCount { throw .tooManyFields }
        return nil
    }

    private static func lineFeed(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(ASCII.lineFeed), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
