/// The entity tags of `If-None-Match` (RFC 9110 section 13.1.2).
enum EntityTags {
    /// Whether a list names this tag, compared weakly, or is `*`.
    ///
    /// A tag with a comma in it is never found, and the whole answer is sent then.
    static func names(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains { part in
            let known = opaque(part.trimmed)
            return known == "*" || known == opaque(tag[...])
        }
    }

    private static func opaque(_ tag: Substring) -> Substring {
        tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
