import TestSupport

/// One address of the isemail test set and what the set says about it.
struct EmailSample: Sendable, CustomStringConvertible {
    let id: String
    let address: String
    let category: String

    var description: String { "#\(id) \(category)" }

    /// The samples of `email/tests.xml`, found by a scan for its few tags.
    static func all() throws -> [EmailSample] {
        let files = try ProjectFiles.conformanceFiles(in: "email", ending: "tests.xml")
        let text = String(decoding: try files.flatMap(ProjectFiles.read), as: UTF8.self)
        return text.split(separator: "<test id=\"").dropFirst().map { part in
            EmailSample(
                id: String(part.prefix { $0 != "\"" }),
                address: decoded(content(of: "address", in: part) ?? ""),
                category: String(content(of: "category", in: part) ?? "")
            )
        }
    }

    private static func content(of tag: String, in text: Substring) -> Substring? {
        guard let start = text.firstRange(of: "<\(tag)>"), let end = text.firstRange(of: "</\(tag)>") else {
            return nil
        }
        return text[start.upperBound..<end.lowerBound]
    }

    /// Resolves entities; the pictures U+2400 to U+241F stand for the control characters themselves.
    private static func decoded(_ text: Substring) -> String {
        var result = ""
        var rest = text
        while let start = rest.firstIndex(of: "&"), let end = rest[start...].firstIndex(of: ";") {
            result += rest[..<start]
            result.unicodeScalars.append(scalar(named: rest[start..<end].dropFirst()))
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func scalar(named name: Substring) -> Unicode.Scalar {
        if name.hasPrefix("#x"), let value = UInt32(name.dropFirst(2), radix: 16) {
            return Unicode.Scalar((0x2400...0x241F).contains(value) ? value - 0x2400 : value) ?? "\u{FFFD}"
        }
        return ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"][String(name)] ?? "\u{FFFD}"
    }
}
