import Discovery
import HTTPEdge
import NIOCore
public import Resilience

/// The cache of a route's answers, and how long they are good for.
///
/// Kept are answers with status 200 that no field of theirs forbids to share: `Cache-Control` with `no-store`, `private`
/// or `no-cache`, `Set-Cookie`, `Vary`, `Age`. A `max-age` or `s-maxage` shortens the fresh time;
/// after `must-revalidate`, `proxy-revalidate` and `s-maxage` nothing is served stale (RFC 9111 section 4.2.4).
public struct ProxyCache: Sendable {
    /// All that an answer depends on.
    public struct Key: Hashable, Sendable {
        let service: ServiceName
        let target: String
        /// Experiment and arm.
        let variant: String?

        /// How many bytes it takes.
        var bytes: Int { target.utf8.count + (variant?.utf8.count ?? 0) }
    }

    /// Answers by key; nil for one that is not to be shared, so that nobody waits for another's.
    public typealias Responses = SharedResponseCache<Key, CachedResponse?>
    typealias State = Responses.State

    /// The answers, which several routes may share.
    public let responses: Responses
    /// How long an answer is good for.
    public let lifetime: ResponseLifetime

    /// Where other proxies keep and find them too; nil for nowhere.
    public let shared: SharedAnswers?

    /// Creates a cache of `responses`, which may be that of other routes too.
    public init(_ responses: Responses, lifetime: ResponseLifetime, shared: SharedAnswers? = nil) {
        self.responses = responses
        self.lifetime = lifetime
        self.shared = shared
    }

    /// The longest target that is looked up, in bytes.
    public static let longestTarget = 1024

    /// Whether a request may be answered from a cache: not one that speaks of a state of its own, or asks not to be kept.
    static func answers(_ head: RequestHead, _ bytes: UnsafeRawBufferPointer) -> Bool {
        head.target.count <= longestTarget
            && head.fields.allSatisfy { field in
                switch field.kind {
                case .authorization, .cookie, .precondition: false
                case .cacheControl: !CacheDirectives(bytes[field.value]).has("no-store")
                default: true
                }
            }
    }

    /// How long an answer with this head is good for, where `lifetime` is what holds without a word of the server's.
    func lifetime(of head: StorableHead, inPlaceOf lifetime: ResponseLifetime) -> ResponseLifetime {
        let fresh = head.freshSeconds.map { min(self.lifetime.fresh, .seconds($0)) } ?? lifetime.fresh
        return ResponseLifetime(
            fresh: fresh,
            staleWhileRevalidate: head.mustRevalidate ? .zero : lifetime.staleWhileRevalidate,
            staleIfError: head.mustRevalidate ? .zero : lifetime.staleIfError
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
    /// A fresh answer was served that another proxy had fetched.
    case shared
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
    /// How long it is good for, from when it came here.
    private(set) var lifetime: ResponseLifetime
    /// How old it was when it came here.
    private(set) var ageAtArrival = Duration.zero

    /// The same as of now, for another time.
    func lasting(_ lifetime: ResponseLifetime) -> Self {
        var response = self
        response.lifetime = lifetime
        response.ageAtArrival = .zero
        return response
    }

    /// How many bytes it takes.
    var bytes: Int { fields.readableBytes + date.readableBytes + body.readableBytes }
}
