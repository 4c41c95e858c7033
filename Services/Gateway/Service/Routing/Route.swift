import AccessPolicy
import Discovery
import HTTPTypes
import Resilience

/// One call of the public API: who may make it, what its body may be, and which service answers.
struct Route: Sendable {
    /// What body a call has.
    enum Body: Hashable, Sendable {
        /// None; whatever is sent is dropped.
        case none
        /// JSON of at most 64 KiB.
        case json
        /// A stream of this media type, of any length, handed on as it arrives.
        case stream(mediaType: String)
    }

    let method: HTTPRequest.Method
    let pattern: PathPattern
    let service: ServiceName
    let permission: Permission
    let body: Body
    let deadline: Duration
    /// How much its requests matter when not all can be served.
    let priority: RequestPriority
    /// The name of a rate limit that its calls count against, beside that of all calls.
    let limit: String?
    /// The name of the cache that keeps its answers.
    let cache: String?
    /// The names of the caches that hold nothing that is right any more after a call.
    let invalidates: [String]
    /// The name of the experiment that its calls take part in.
    let variant: String?

    /// Whether the body is handed on while it arrives.
    var isStream: Bool {
        if case .stream = body { true } else { false }
    }
}
