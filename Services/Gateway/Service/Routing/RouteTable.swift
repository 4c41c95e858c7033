import HTTPTypes
import ServiceRuntime

/// The routes of the public API.
struct RouteTable: Sendable {
    private let routes: [Route]

    /// What a request asks for.
    enum Match: Sendable {
        /// A call of the API.
        case route(Route)
        /// `OPTIONS` on a path that exists.
        case options(allow: String)
    }

    init(_ routes: [Route]) {
        self.routes = routes.sorted { $0.pattern.literalCount > $1.pattern.literalCount }
    }

    /// The methods that are known at all; another is not implemented (RFC 9110 section 15.6.2).
    private static let knownMethods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]

    /// Finds the route of a request; `HEAD` is answered by the route of `GET`.
    ///
    /// - Throws: `Problem`: 501 for an unknown method, 404 for an unknown path, 405 with `Allow` for a known path.
    func match(_ method: HTTPRequest.Method, path: String) throws(Problem) -> Match {
        guard Self.knownMethods.contains(method) else { throw Self.refusal(of: method, allow: "") }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let matching = routes.filter { $0.pattern.matches(Array(segments)) }
        guard let best = matching.first else { throw .notFound("resource") }
        // A literal path hides a pattern that would take it as a parameter: PUT /v1/listings/import is no listing.
        let candidates = matching.filter { $0.pattern.literalCount == best.pattern.literalCount }
        let effective = method == .head ? .get : method
        if let route = candidates.first(where: { $0.method == effective }) { return .route(route) }
        let allow = Self.allow(candidates)
        if method == .options { return .options(allow: allow) }
        throw Self.refusal(of: method, allow: allow)
    }

    /// The route of a request; nil for whatever is answered or refused without one.
    func route(_ method: HTTPRequest.Method, path: String) -> Route? {
        // Why there is none is told by whoever answers.
        guard case .route(let route)? = try? match(method, path: path) else { return nil }
        return route
    }

    /// The caches that the call with this method and pattern makes out of date.
    func invalidated(by method: HTTPRequest.Method, _ pattern: PathPattern) -> [String] {
        routes.first { $0.method == method && $0.pattern.shape == pattern.shape }?.invalidates ?? []
    }

    /// Why a resource does not answer to a method: 501 for an unknown one, 405 with `Allow` for any other.
    static func refusal(of method: HTTPRequest.Method, allow: String) -> Problem {
        guard knownMethods.contains(method) else {
            return Problem(.notImplemented, kind: "unknown-method", "The method is not known here.")
        }
        return Problem(
            .methodNotAllowed,
            kind: "method-not-allowed",
            "This resource answers to \(allow).",
            headers: [.allow: allow]
        )
    }

    private static func allow(_ routes: [Route]) -> String {
        var methods = Set(routes.map(\.method.rawValue)).union(["OPTIONS"])
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods.sorted().joined(separator: ", ")
    }
}
