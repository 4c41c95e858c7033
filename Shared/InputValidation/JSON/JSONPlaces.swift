/// Where the values of a JSON text stand, so that an error can name a line.
public struct JSONPlaces: Sendable {
    private let offsets: [String: Int]
    private let lineEnds: [Int]

    init(offsets: [String: Int], in bytes: UnsafeBufferPointer<UInt8>) {
        self.offsets = offsets
        lineEnds = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
    }

    /// The line, from 1, on which the value at a pointer begins, as in ``FieldError/pointer``.
    ///
    /// A value that is not there has the line of the nearest value around it.
    public func line(of pointer: String) -> Int {
        var pointer = pointer[...]
        while true {
            if let offset = offsets[String(pointer)] { return Self.line(of: offset, lineEnds) }
            guard let slash = pointer.lastIndex(of: "/") else { return 1 }
            pointer = pointer[..<slash]
        }
    }

    static func line(of offset: Int, _ lineEnds: [Int]) -> Int {
        1 + (lineEnds.firstIndex { $0 >= offset } ?? lineEnds.count)
    }
}

extension StrictJSON {
    /// Parses one JSON text, and keeps where its values stand.
    ///
    /// - Parameter bytes: The whole text in UTF-8.
    /// - Returns: The value, and the places of all values in it.
    /// - Throws: The first error with its byte offset.
    public static func parseKeepingPlaces(
        _ bytes: [UInt8]
    ) throws(JSONSyntaxError) -> (value: JSONValue, places: JSONPlaces) {
        func run(_ buffer: UnsafeBufferPointer<UInt8>) -> Result<(JSONValue, JSONPlaces), JSONSyntaxError> {
            var parser = JSONParser(buffer, keepsOffsets: true)
            return Result { () throws(JSONSyntaxError) in
                let value = try parser.parseText()
                return (value, JSONPlaces(offsets: parser.offsets ?? [:], in: buffer))
            }
        }
        return try bytes.withUnsafeBufferPointer(run).get()
    }
}

extension JSONSyntaxError {
    /// The line, from 1, of the first offending byte of a text.
    public func line(in bytes: [UInt8]) -> Int {
        1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") }
    }
}
