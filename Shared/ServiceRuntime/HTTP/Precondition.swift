import HTTPTypes
public import Hummingbird

/// What must hold of a resource for a change to happen: `If-Match` and `If-None-Match: *` (RFC 9110 section 13.1).
public enum Precondition: Hashable, Sendable {
    /// Nothing is asked.
    case none
    /// There must be one: `If-Match: *`.
    case exists
    /// There must be none: `If-None-Match: *`.
    case absent
    /// Its version must be one of these; a tag that is none of ours names no version.
    case version(Set<Int>)

    /// Reads a request's precondition; `If-Match` goes before `If-None-Match`.
    public init(of request: Request) {
        if let match = request.headers[.ifMatch] {
            self = match == "*" ? .exists : .version(Set(EntityTag.versions(in: match)))
        } else {
            self = request.headers[.ifNoneMatch] == "*" ? .absent : .none
        }
    }

    /// Reads the precondition of a request that must name what it saw.
    ///
    /// - Throws: ``Problem``, 428, when the request has no `If-Match`.
    public static func required(of request: Request) throws(Problem) -> Self {
        guard request.headers[.ifMatch] != nil else {
            throw Problem(
                .preconditionRequired,
                kind: "precondition-required",
                "Send If-Match with the ETag that you read, so that no other change is lost."
            )
        }
        return Self(of: request)
    }

    /// Whether it holds for a resource with this version, nil where there is none.
    public func holds(for version: Int?) -> Bool {
        switch self {
        case .none: true
        case .exists: version != nil
        case .absent: version == nil
        case .version(let versions): version.map(versions.contains) ?? false
        }
    }
}
