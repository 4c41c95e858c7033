import FoundationEssentials

/// The JSON text of an object with string members.
func jsonObject(_ members: KeyValuePairs<String, String>) throws -> String {
    let parts = try members.map { "\(try jsonString($0.key)):\(try jsonString($0.value))" }
    return "{\(parts.joined(separator: ","))}"
}

/// The JSON text of a string.
func jsonString(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
}
