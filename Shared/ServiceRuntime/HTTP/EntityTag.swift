import HTTPTypes
public import Hummingbird

/// Entity tags made of a version number (RFC 9110 section 8.8.3).
public enum EntityTag {
    /// The strong tag of a version.
    public static func text(version: Int) -> String {
        "\"\(version)\""
    }

    /// Whether the caller has this version already: `If-None-Match` names it, weakly or strongly, or is `*`.
    public static func isKnown(version: Int, to request: Request) -> Bool {
        guard let tags = request.headers[.ifNoneMatch] else { return false }
        return tags == "*"
            || tags.split(separator: ",").contains { tag in
                let tag = tag.trimmingWhitespace()
                return self.version(tag.hasPrefix("W/") ? tag.dropFirst(2) : tag) == version
            }
    }

    /// Whether the caller has what this tag stands for already: `If-None-Match` names it, compared weakly, or is `*`.
    public static func isKnown(_ tag: String, to request: Request) -> Bool {
        guard let tags = request.headers[.ifNoneMatch] else { return false }
        return tags == "*"
            || tags.split(separator: ",").contains { opaque($0.trimmingWhitespace()) == opaque(tag[...]) }
    }

    private static func opaque(_ tag: Substring) -> Substring {
        tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }

    /// 412 for a resource that is no longer what the caller read.
    public static var changedMeanwhile: Problem {
        Problem(.preconditionFailed, kind: "changed-meanwhile", "It was changed meanwhile; read it again.")
    }

    /// The versions of a list of tags; weak tags and those of others name none.
    static func versions(in list: String) -> [Int] {
        list.split(separator: ",").compactMap { version($0.trimmingWhitespace()) }
    }

    private static func version(_ tag: Substring) -> Int? {
        guard tag.utf8.count >= 3, let version = Int(tag.dropFirst().dropLast()) else { return nil }
        return text(version: version) == tag ? version : nil
    }
}

extension Substring {
    fileprivate func trimmingWhitespace() -> Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
