/// Strict decoding of JSON texts that come from outside.
///
/// Accepts exactly RFC 8259 in UTF-8 and refuses what lenient decoders let through: a byte order mark, ill-formed
/// UTF-8, duplicate member names, trailing commas, unpaired surrogates and nesting deeper than ``maximumDepth``.
public enum StrictJSON {
    /// The deepest nesting of arrays and objects that is accepted.
    public static let maximumDepth = 32

    /// Parses one JSON text.
    ///
    /// - Parameter bytes: The whole text in UTF-8.
    /// - Returns: The value; numbers keep their spelling.
    /// - Throws: The first error with its byte offset.
    public static func parse(_ bytes: some Collection<UInt8>) throws(JSONSyntaxError) -> JSONValue {
        var result: Result<JSONValue, JSONSyntaxError>?
        func run(_ buffer: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONSyntaxError> {
            var parser = JSONParser(buffer)
            return Result { () throws(JSONSyntaxError) in try parser.parseText() }
        }
        result = bytes.withContiguousStorageIfAvailable(run)
        if let result { return try result.get() }
        return try Array(bytes).withUnsafeBufferPointer(run).get()
    }
}
