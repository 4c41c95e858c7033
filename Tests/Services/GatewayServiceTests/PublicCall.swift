import Discovery
import HTTPTypes
import MailWorkerContract
import SearchContract
import ServiceTestSupport
import Testing
import UsersContract

/// One call of the public API as its users know it: written down once more, so that no route gets lost.
struct PublicCall: Sendable, CustomTestStringConvertible {
    let method: HTTPRequest.Method
    /// The path as the description writes it.
    let pattern: String
    let service: ServiceName
    /// The role that may make the call; nil for everybody.
    let role: String?

    var testDescription: String { "\(method) \(pattern)" }

    /// The path with an ID in it.
    var path: String { pattern.replacing("{id}", with: "some-id") }

    /// The body that goes with the call, and its media type.
    var body: (text: String, type: String)? {
        if pattern == SearchAddress.importPath { return (#"{"id":"A1","species":"DOG"}"#, "application/x-ndjson") }
        let hasBody = [.post, .put, .patch].contains(method) && service != MailWorkerAddress.name
        return hasBody ? (#"{"some":"body"}"#, "application/json") : nil
    }

    static let all: [PublicCall] = [
        users(.post, "/v1/accounts"), users(.post, "/v1/accounts/verify"),
        users(.post, "/v1/accounts/verification-mails"), users(.get, "/v1/accounts/me", "member"),
        users(.patch, "/v1/accounts/me", "member"), users(.delete, "/v1/accounts/me", "member"),
        users(.put, "/v1/accounts/{id}/roles", "admin"), users(.put, "/v1/accounts/me/password", "member"),
        users(.post, "/v1/sessions"), users(.post, "/v1/sessions/refresh"),
        users(.delete, "/v1/sessions/current", "member"), users(.post, "/v1/password-resets"),
        users(.put, "/v1/password-resets"),
        search(.get, "/v1/listings"), search(.get, "/v1/listings/{id}"), search(.put, "/v1/listings/{id}", "shelter"),
        search(.delete, "/v1/listings/{id}", "shelter"), search(.post, "/v1/listings/import", "shelter"),
        mail(.get, "/v1/mail/dead-letters"), mail(.get, "/v1/mail/dead-letters/{id}"),
        mail(.post, "/v1/mail/dead-letters/{id}/replay"), mail(.post, "/v1/mail/dead-letters/replay"),
        mail(.delete, "/v1/mail/dead-letters/{id}"),
    ]

    private static func users(_ method: HTTPRequest.Method, _ pattern: String, _ role: String? = nil) -> Self {
        Self(method: method, pattern: pattern, service: UsersAddress.name, role: role)
    }

    private static func search(_ method: HTTPRequest.Method, _ pattern: String, _ role: String? = nil) -> Self {
        Self(method: method, pattern: pattern, service: SearchAddress.name, role: role)
    }

    private static func mail(_ method: HTTPRequest.Method, _ pattern: String) -> Self {
        Self(method: method, pattern: pattern, service: MailWorkerAddress.name, role: "operator")
    }
}

extension RunningGateway {
    /// Makes a call of the public API with the body that belongs to it.
    func make(_ call: PublicCall, token: String?) async throws -> Answer {
        let headers: HTTPFields = call.body.map { [.contentType: $0.type] } ?? [:]
        return try await send(call.method, call.path, call.body?.text, token: token, headers: headers)
    }
}
