import AccessPolicy
package import Discovery
import HTTPTypes
import MailWorkerContract
import Resilience
import SearchContract
import UsersContract

/// The calls of the public API, in the order of its description.
package enum PublicAPI {
    /// The services that answer it.
    package static let services = [UsersAddress.name, SearchAddress.name, MailWorkerAddress.name]

    /// Where sessions begin.
    static let logInPath = "/v1/sessions"

    static let routes = accounts + sessions + passwords + listings + deadLetters

    private static let accounts = [
        users(.post, "/v1/accounts", Permission("create", "account"), .json),
        users(.post, "/v1/accounts/verify", Permission("verify", "account"), .json),
        users(.post, "/v1/accounts/verification-mails", Permission("verify", "account"), .json),
        users(.get, "/v1/accounts/me", Permission("read", "own-account")),
        users(.patch, "/v1/accounts/me", Permission("change", "own-account"), .json),
        users(.delete, "/v1/accounts/me", Permission("delete", "own-account")),
        users(.put, "/v1/accounts/{id}/roles", Permission("change", "roles"), .json),
    ]

    private static let sessions = [
        users(.post, logInPath, Permission("create", "session"), .json, .authentication),
        users(.post, "/v1/sessions/refresh", Permission("refresh", "session"), .json, .authentication),
        users(.delete, "/v1/sessions/current", Permission("end", "session")),
        users(.get, UsersAddress.keySetPath, Permission("read", "key-set")),
    ]

    private static let passwords = [
        users(.put, "/v1/accounts/me/password", Permission("change", "own-password"), .json),
        users(.post, "/v1/password-resets", Permission("reset", "password"), .json),
        users(.put, "/v1/password-resets", Permission("reset", "password"), .json),
    ]

    private static let listings = [
        search(.get, "/v1/listings", Permission("search", "listing")),
        search(
            .post,
            SearchAddress.importPath,
            Permission("import", "listing"),
            .stream(mediaType: "application/x-ndjson"),
            deadline: SearchAddress.importDeadline,
            .import
        ),
        search(.get, "/v1/listings/{id}", Permission("read", "listing")),
        search(.put, "/v1/listings/{id}", Permission("write", "listing"), .json),
        search(.delete, "/v1/listings/{id}", Permission("delete", "listing")),
    ]

    private static let deadLetters = [
        mailWorker(.get, "", Permission("read", "dead-letter")),
        mailWorker(.post, "/replay", Permission("replay", "dead-letter")),
        mailWorker(.get, "/{id}", Permission("read", "dead-letter")),
        mailWorker(.post, "/{id}/replay", Permission("replay", "dead-letter")),
        mailWorker(.delete, "/{id}", Permission("delete", "dead-letter")),
    ]

    private static func users(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ permission: Permission,
        _ body: Route.Body = .none,
        _ priority: RequestPriority? = nil
    ) -> Route {
        route(method, path, UsersAddress.name, permission, body, Deadline.edgeDefault, priority)
    }

    private static func search(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ permission: Permission,
        _ body: Route.Body = .none,
        deadline: Duration = Deadline.edgeDefault,
        _ priority: RequestPriority? = nil
    ) -> Route {
        route(method, path, SearchAddress.name, permission, body, deadline, priority)
    }

    private static func mailWorker(_ method: HTTPRequest.Method, _ path: String, _ permission: Permission) -> Route {
        let path = MailWorkerAddress.deadLettersPath + path
        return route(method, path, MailWorkerAddress.name, permission, .none, Deadline.edgeDefault)
    }

    private static func route(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ service: ServiceName,
        _ permission: Permission,
        _ body: Route.Body,
        _ deadline: Duration,
        _ priority: RequestPriority? = nil
    ) -> Route {
        Route(
            method: method,
            pattern: PathPattern(path),
            service: service,
            permission: permission,
            body: body,
            deadline: deadline,
            priority: priority ?? (method == .get ? .search : .write)
        )
    }
}
