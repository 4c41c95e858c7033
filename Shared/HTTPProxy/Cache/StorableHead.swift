import HTTPEdge
import NIOCore

/// What the head of an answer says about keeping it.
struct StorableHead {
    let fields: ByteBuffer
    let entityTag: String?
    /// How long the server says that it is fresh.
    let freshSeconds: Int?
    /// Whether it must not be served once it is stale.
    let mustRevalidate: Bool

    /// Reads a head; nil when its answer is not to be shared.
    init?(_ head: ResponseHead, _ bytes: UnsafeRawBufferPointer, fields: ByteBuffer?) {
        guard head.status == 200 || head.status == 304, let fields else { return nil }
        self.fields = fields
        var tag: String?
        var hasExpiry = false
        var directives = CacheDirectives()
        for field in head.fields {
            switch field.kind {
            case .setCookie, .vary, .age: return nil
            case .entityTag: tag = String(decoding: bytes[field.value], as: UTF8.self)
            case .expires: hasExpiry = true
            case .cacheControl: directives.add(bytes[field.value])
            default: break
            }
        }
        entityTag = tag
        guard !directives.has("no-store"), !directives.has("private"), !directives.has("no-cache") else { return nil }
        // What is meant for shared caches goes before what is meant for all (RFC 9111 section 5.2.2.10).
        let name = directives.has("s-maxage") ? "s-maxage" : "max-age"
        freshSeconds = directives.seconds(name)
        // A time that cannot be read, or is told as a date, is not guessed at.
        if freshSeconds == nil, hasExpiry || directives.has(name) { return nil }
        mustRevalidate =
            directives.has("must-revalidate") || directives.has("proxy-revalidate") || directives.has("s-maxage")
    }

    /// Whether an answer depends on more than its target.
    static func varies(_ head: ResponseHead) -> Bool {
        head.status == 200 && head.fields.contains { $0.kind == .vary }
    }
}

/// The directives of `Cache-Control` (RFC 9111 section 5.2), in lower case.
struct CacheDirectives {
    private var directives: [(name: Substring, value: Substring?)] = []

    init() {}

    init(_ value: Slice<UnsafeRawBufferPointer>) {
        add(value)
    }

    /// Adds those of one more field.
    mutating func add(_ value: Slice<UnsafeRawBufferPointer>) {
        let text = String(decoding: value, as: UTF8.self).lowercased().filter { $0 != " " && $0 != "\t" }
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard let name = pair.first else { continue }
            directives.append((name, pair.count > 1 ? pair[1] : nil))
        }
    }

    func has(_ name: String) -> Bool { directives.contains { $0.name == name } }

    /// The seconds of a directive, which may stand in quotes; nil where there are none that can be read.
    func seconds(_ name: String) -> Int? {
        let value = directives.first { $0.name == name }?.value
        return value.flatMap { Int($0.filter { $0 != "\"" }) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}
