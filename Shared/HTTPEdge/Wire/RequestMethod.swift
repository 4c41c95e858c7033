/// The methods that are known at all; any other is not implemented (RFC 9110 section 15.6.2).
public enum RequestMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    case trace = "TRACE"

    /// The method of these bytes; methods are case-sensitive.
    init?(_ bytes: UnsafeRawBufferPointer) {
        for method in Self.allCases where bytes.elementsEqual(method.rawValue.utf8) {
            self = method
            return
        }
        return nil
    }
}
