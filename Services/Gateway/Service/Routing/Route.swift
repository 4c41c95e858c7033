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
    /// Whether its calls count against the limit of log-ins too.
    let isLogIn: Bool

    /// Whether the body is handed on while it arrives.
    var isStream: Bool {
        if case .stream = body { true } else { false }
    }
}
