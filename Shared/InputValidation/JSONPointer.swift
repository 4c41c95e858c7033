/// A path into a JSON document, written as RFC 6901 says.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// The pointer's text, with `~` and `/` in keys escaped.
    public let description: String

    private init(_ description: String) {
        self.description = description
    }

    /// The whole document.
    public static var root: Self { Self("") }

    /// The member `key` of the value at this pointer.
    public func appending(_ key: String) -> Self {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return Self(description + "/" + key)
        }
        var escaped = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return Self(description + "/" + escaped)
    }

    /// The element at `index` of the array at this pointer.
    public func appending(_ index: Int) -> Self {
        Self(description + "/\(index)")
    }
}
