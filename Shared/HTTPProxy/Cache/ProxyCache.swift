import HTTPEdge
import NIOCore
public import Resilience

/// The cache of a route's answers, and how long they are good for.
///
/// Kept are answers with status 200 that no field of theirs forbids to share: `Cache-Control` with `no-store`, `private`
/// or `no-cache`, `Set-Cookie`, `Vary`, `Age`. A `max-age` or `s-maxage` shortens the fresh time.
public struct ProxyCache: Sendable {
    /// All that an answer depends on.
    public struct Key: Hashable, Sendable {
        let target: String
        let variant: String?
    }

    /// Answers by key; nil for one that is not to be shared, so that nobody waits for another's.
    public typealias Responses = SharedResponseCache<Key, CachedResponse?>
    typealias State = Responses.State

    /// The answers, which several routes may share.
    public let responses: Responses
    /// How long an answer is good for.
    public let lifetime: ResponseLifetime

    /// Creates a cache of `responses`, which may be that of other routes too.
    public init(_ responses: Responses, lifetime: ResponseLifetime) {
        self.responses = responses
        self.lifetime = lifetime
    }

    /// Whether a request may be answered from a cache: not one that speaks of a state of its own.
    static func answers(_ head: RequestHead) -> Bool {
        head.fields.allSatisfy { field in
            switch field.kind {
            case .authorization, .cookie, .precondition: false
            default: true
            }
        }
    }

    /// How long an answer with this head is good for.
    func lifetime(of head: StorableHead) -> ResponseLifetime {
        guard let limit = head.freshSeconds else { return lifetime }
        return ResponseLifetime(
            fresh: min(lifetime.fresh, .seconds(limit)),
            staleWhileRevalidate: lifetime.staleWhileRevalidate,
            staleIfError: lifetime.staleIfError
        )
    }

    /// How long it is remembered that an answer is not to be shared.
    var markLifetime: ResponseLifetime {
        ResponseLifetime(fresh: lifetime.fresh, staleWhileRevalidate: .zero, staleIfError: .zero)
    }
}

/// What a cache did about a request.
public enum ProxyCacheUse: String, Sendable {
    /// A fresh answer was served.
    case hit
    /// An old one was served, and a new one is being fetched.
    case stale
    /// An old one was served, since there is no newer.
    case staleIfError = "stale-if-error"
    /// An answer was fetched and kept.
    case miss
    /// An old one was found to be still the newest.
    case revalidated
    /// Another request's answer was waited for.
    case collapsed
    /// The answer is not to be shared.
    case pass
}

/// An answer with status 200 as it is kept.
public struct CachedResponse: Sendable {
    /// Its fields, as lines of a head, without those that the proxy says itself.
    let fields: ByteBuffer
    /// When it was made, as a line of a head.
    let date: ByteBuffer
    let body: ByteBuffer
    let entityTag: String?

    /// How many bytes it takes.
    var bytes: Int { fields.readableBytes + date.readableBytes + body.readableBytes }
}

/// What the head of an answer says about keeping it.
struct StorableHead {
    let fields: ByteBuffer
    let entityTag: String?
    /// How long the server says that it is fresh.
    private(set) var freshSeconds: Int?

    /// Reads a head; nil when its answer is not to be shared.
    init?(_ head: ResponseHead, _ bytes: UnsafeRawBufferPointer, fields: ByteBuffer?) {
        guard head.status == 200, let fields else { return nil }
        self.fields = fields
        var tag: String?
        var directives: [String] = []
        for field in head.fields {
            switch field.kind {
            case .setCookie, .vary, .age: return nil
            case .entityTag: tag = String(decoding: bytes[field.value], as: UTF8.self)
            case .cacheControl:
                let value = String(decoding: bytes[field.value], as: UTF8.self).lowercased()
                directives += value.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
            default: break
            }
        }
        entityTag = tag
        let forbidding = ["no-store", "private", "no-cache"]
        guard !directives.contains(where: { directive in forbidding.contains { directive.hasPrefix($0) } }) else {
            return nil
        }
        // What is meant for shared caches goes before what is meant for all (RFC 9111 section 5.2.2.10).
        freshSeconds = Self.seconds("s-maxage", directives) ?? Self.seconds("max-age", directives)
    }

    private static func seconds(_ name: String, _ directives: [String]) -> Int? {
        directives.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) }
    }
}
