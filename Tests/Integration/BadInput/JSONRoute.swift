import Testing

/// A call of the public API that takes a JSON object, with a body that it would take.
struct JSONRoute: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    /// The demo account that may make the call; nil for a call that everybody may make.
    var role: String?
    /// The members of a good body, as JSON texts.
    let good: [(name: String, json: String)]
    /// The members that have to be there.
    let required: Set<String>
    /// Whether the call is conditional.
    var needsVersion = false

    var testDescription: String { "\(method) \(path)" }

    var headers: [String: String] {
        let type = ["Content-Type": "application/json"]
        return needsVersion ? type.merging(["If-Match": "\"1\""]) { $1 } : type
    }

    /// The good body with some members replaced, added or, by nil, left out.
    func body(replacing changes: [String: String?] = [:]) -> [UInt8] {
        var members = good.compactMap { name, json -> String? in
            guard let change = changes[name] else { return "\"\(name)\":\(json)" }
            return change.map { "\"\(name)\":\($0)" }
        }
        for (name, json) in changes where !good.contains(where: { $0.name == name }) {
            if let json { members.append("\"\(name)\":\(json)") }
        }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }

    private static func members(_ names: KeyValuePairs<String, String>) -> [(name: String, json: String)] {
        names.map { ($0.key, "\"\($0.value)\"") }
    }

    /// Every JSON call of the API.
    static let all = [
        JSONRoute(
            method: "POST",
            path: "/v1/accounts",
            good: members(["email": "a@example.org", "name": "Ada", "password": "some password"]),
            required: ["email", "name", "password"]
        ),
        JSONRoute(
            method: "POST",
            path: "/v1/accounts/verify",
            good: members(["token": "abc"]),
            required: ["token"]
        ),
        JSONRoute(
            method: "POST",
            path: "/v1/accounts/verification-mails",
            good: members(["email": "a@example.org"]),
            required: ["email"]
        ),
        JSONRoute(
            method: "POST",
            path: "/v1/sessions",
            good: members(["email": "a@example.org", "password": "some password"]),
            required: ["email", "password"]
        ),
        JSONRoute(
            method: "POST",
            path: "/v1/sessions/refresh",
            good: members(["refreshToken": "abc"]),
            required: ["refreshToken"]
        ),
        JSONRoute(
            method: "PATCH",
            path: "/v1/accounts/me",
            role: "member",
            good: members(["name": "Ada"]),
            required: [],
            needsVersion: true
        ),
        JSONRoute(
            method: "PUT",
            path: "/v1/accounts/me/password",
            role: "member",
            good: members(["currentPassword": "some password", "newPassword": "another password"]),
            required: ["currentPassword", "newPassword"]
        ),
        JSONRoute(
            method: "POST",
            path: "/v1/password-resets",
            good: members(["email": "a@example.org"]),
            required: ["email"]
        ),
        JSONRoute(
            method: "PUT",
            path: "/v1/password-resets",
            good: members(["token": "abc", "newPassword": "another password"]),
            required: ["token", "newPassword"]
        ),
        JSONRoute(
            method: "PUT",
            path: "/v1/accounts/nobody/roles",
            role: "admin",
            good: [("roles", "[\"shelter\"]")],
            required: ["roles"]
        ),
        JSONRoute(
            method: "PUT",
            path: "/v1/listings/bad-input",
            role: "shelter",
            good: members(["species": "cat", "name": "Biscuit", "bornOn": "2024-01-01"]),
            required: ["species"]
        ),
    ]
}
