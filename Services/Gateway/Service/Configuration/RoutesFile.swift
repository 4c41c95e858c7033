import AccessPolicy
import Discovery
import FoundationEssentials
import HTTPTypes
import InputValidation
import Resilience
import ServiceRuntime

/// The file that says which calls there are: who may make them, which service answers, how that service is called, how
/// much calls matter, how many there may be, and whose answers are kept.
///
/// It is one JSON object; Services/Gateway/README.md tells its members. A member that it does not have is that of the
/// file that is built in. Every error names the file, the line and the member.
struct RoutesFile: Sendable {
    static let longestDeadline = 86_400
    private static let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]
    private static let priorities: [RequestPriority] = [.authentication, .write, .search, .import]

    /// The name of the file in messages.
    private let name: String
    private let policy: RolePolicy
    private let places: JSONPlaces
    private let builtIn: Contents?
    private var problems: [FieldError] = []
    private var patterns: [PathPattern] = []
    /// What must not be there twice.
    var known: Set<String> = []
    var knownPorts: Set<Int> = []

    /// Reads the file of this path, or the one that is built in when the path is empty.
    ///
    /// - Throws: `SettingsError` with everything that is wrong, a line each.
    static func load(_ path: String, policy: RolePolicy) throws(SettingsError) -> Contents {
        guard !path.isEmpty else { return try builtIn(policy) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(["routes.file: \(path) cannot be read"])
        }
        return try contents(of: Array(data), named: path, policy)
    }

    /// Reads a file's text, and completes it by the file that is built in.
    ///
    /// - Throws: `SettingsError` as ``load(_:policy:)``.
    static func contents(
        of bytes: [UInt8],
        named name: String,
        _ policy: RolePolicy
    ) throws(SettingsError) -> Contents {
        try read(bytes, named: name, policy, completedBy: try builtIn(policy))
    }

    private static func builtIn(_ policy: RolePolicy) throws(SettingsError) -> Contents {
        try read(PackageResources.routes_json, named: "routes.json", policy, completedBy: nil)
    }

    private static func read(
        _ bytes: [UInt8],
        named name: String,
        _ policy: RolePolicy,
        completedBy builtIn: Contents?
    ) throws(SettingsError) -> Contents {
        let text: (value: JSONValue, places: JSONPlaces)
        do {
            text = try StrictJSON.parseKeepingPlaces(bytes)
        } catch {
            throw SettingsError(["\(name):\(error.line(in: bytes)): \(error.message)"])
        }
        var file = Self(name: name, policy: policy, places: text.places, builtIn: builtIn)
        let contents = file.read(text.value)
        guard file.problems.isEmpty else { throw SettingsError(file.problems.map(file.line)) }
        return contents
    }

    private init(name: String, policy: RolePolicy, places: JSONPlaces, builtIn: Contents?) {
        self.name = name
        self.policy = policy
        self.places = places
        self.builtIn = builtIn
    }

    private func line(_ problem: FieldError) -> String {
        let pointer = problem.pointer.isEmpty ? "the file" : problem.pointer
        return "\(name):\(places.line(of: problem.pointer)): \(pointer) \(problem.message)"
    }

    // MARK: The file

    private typealias Reader<Element> = (inout Self, JSONValue, JSONPointer) -> Element?

    private mutating func read(_ value: JSONValue) -> Contents {
        var fields = ObjectFields(value)
        let limits = list("limits", of: value, &fields, \.limits) { $0.limit($1, at: $2) }
        let upstreams = list("upstreams", of: value, &fields, \.upstreams) { $0.upstream($1, at: $2) }
        let caches = list("caches", of: value, &fields, \.caches) { $0.cache($1, at: $2) }
        let experiments = list("variants", of: value, &fields, \.experiments) { $0.experiment($1, at: $2) }
        let tcpRoutes = list("tcpRoutes", of: value, &fields, \.tcpRoutes) { $0.tcpRoute($1, at: $2) }
        let maximumInFlight = fields.optionalInteger("maximumInFlight", in: 0...100_000)
        var contents = Contents(
            routes: [],
            tcpRoutes: tcpRoutes,
            limits: limits,
            maximumInFlight: maximumInFlight ?? builtIn?.maximumInFlight ?? 0,
            upstreams: upstreams,
            caches: caches,
            experiments: experiments
        )
        contents.routes = list("routes", of: value, &fields, \.routes) { [contents] in
            $0.route($1, at: $2, contents)
        }
        take(&fields)
        if value["routes"] != nil, contents.routes.isEmpty, problems.isEmpty {
            problems.append(FieldError(pointer: "/routes", rule: "count", message: "must name a route at least"))
        }
        // What could not be read is not missing as well.
        if value["routes"] == nil, problems.isEmpty { checkBuiltInRoutes(against: contents) }
        return contents
    }

    /// A list of the file, or the built-in one where the file has none.
    private mutating func list<Element>(
        _ key: String,
        of value: JSONValue,
        _ fields: inout ObjectFields,
        _ builtIn: KeyPath<Contents, [Element]>,
        _ read: Reader<Element>
    ) -> [Element] {
        let elements = fields.optionalValues(key)
        guard value[key] != nil else { return self.builtIn?[keyPath: builtIn] ?? [] }
        return elements.compactMap { read(&self, $0.value, $0.pointer) }
    }

    /// The built-in routes name limits, caches and experiments that a file may have left out of its own lists.
    private mutating func checkBuiltInRoutes(against contents: Contents) {
        for route in contents.routes {
            for (section, name) in references(of: route) where !contents.names(of: section).contains(name) {
                let message = "lacks \(name), which the built-in route \(route.method) \(route.pattern) names"
                problems.append(FieldError(pointer: "/\(section)", rule: "known", message: message))
            }
        }
    }

    private func references(of route: Route) -> [(section: String, name: String)] {
        let limits = [route.limit].compactMap { $0 }.map { (section: "limits", name: $0) }
        let caches = ([route.cache].compactMap { $0 } + route.invalidates).map { (section: "caches", name: $0) }
        return limits + caches + [route.variant].compactMap { $0 }.map { (section: "variants", name: $0) }
    }

    // MARK: Routes

    private mutating func route(_ value: JSONValue, at pointer: JSONPointer, _ contents: Contents) -> Route? {
        var fields = ObjectFields(value, at: pointer)
        let method = fields.text("method", .oneOf(Self.methods.map(\.rawValue)))
        let path = fields.text("path", .path)
        let service = fields.text("service", .serviceName)
        let permission = permission(&fields)
        let body = fields.optionalText("body", .body)
        let deadline = fields.optionalInteger("deadlineSeconds", in: 1...Self.longestDeadline)
        let priority = fields.optionalText("priority", .oneOf(Self.priorities.map { "\($0)" }))
        let limit = fields.optionalText("limit", .known("limits", contents))
        let cache = fields.optionalText("cache", .known("caches", contents))
        let invalidates = fields.optionalTexts("invalidates", maximum: 100, .known("caches", contents))
        let variant = fields.optionalText("variant", .known("variants", contents))
        if fields.errors.isEmpty { check(method, PathPattern(path), &fields) }
        if cache != nil, let permission { checkCache(method, body, permission, &fields) }
        if !invalidates.isEmpty, method == "GET" {
            fields.reject("invalidates", rule: "method", message: "is for calls that change something, not for GET")
        }
        guard take(&fields), let method = HTTPRequest.Method(rawValue: method), let service = ServiceName(service),
            let permission
        else { return nil }
        return Route(
            method: method,
            pattern: PathPattern(path),
            service: service,
            permission: permission,
            body: body.map(Route.Body.init) ?? .none,
            deadline: deadline.map { .seconds($0) } ?? Deadline.edgeDefault,
            priority: Self.priorities.first { "\($0)" == priority } ?? (method == .get ? .search : .write),
            limit: limit,
            cache: cache,
            invalidates: invalidates,
            variant: variant
        )
    }

    /// What is kept is served to everybody.
    private func checkCache(_ method: String, _ body: String?, _ permission: Permission, _ fields: inout ObjectFields) {
        if method != "GET" {
            fields.reject("cache", rule: "method", message: "is for GET only")
        } else if body != nil {
            fields.reject("cache", rule: "body", message: "is for calls without a body")
        } else if policy.decide(permission, roles: nil) != .granted {
            let message = "is for calls that everybody may make: what is kept is served to everybody"
            fields.reject("cache", rule: "public", message: message)
        }
    }

    /// A path must lead to one place, whichever way through the gateway a request takes.
    private mutating func check(_ method: String, _ pattern: PathPattern, _ fields: inout ObjectFields) {
        if !known.insert("\(method) \(pattern.shape)").inserted {
            fields.reject("path", rule: "unique", message: "is the path of an earlier route with this method")
        } else if let other = patterns.first(where: { $0.isAmbiguous(with: pattern) }) {
            let message = "fits some paths that \(other) fits too, and neither has more literal parts"
            fields.reject("path", rule: "ambiguous", message: message)
        } else if let page = Pages.paths.first(where: { pattern.matches($0.split(separator: "/")) }) {
            fields.reject("path", rule: "page", message: "fits the gateway's own page \(page)")
        }
        patterns.append(pattern)
    }

    private func permission(_ fields: inout ObjectFields) -> Permission? {
        let words = fields.text("permission").split(separator: " ").map(String.init)
        guard !words.isEmpty else { return nil }
        guard words.count == 2 else {
            fields.reject("permission", rule: "format", message: "must be an action and a resource: \"read listing\"")
            return nil
        }
        let permission = Permission(words[0], words[1])
        guard policy.isGrantedToSomebody(permission) else {
            fields.reject("permission", rule: "known", message: "is granted to no role by the access policy")
            return nil
        }
        return permission
    }

    /// Notes what was wrong with an object; whether nothing was.
    @discardableResult
    mutating func take(_ fields: inout ObjectFields) -> Bool {
        do {
            try fields.finish()
            return true
        } catch {
            problems += error.errors
            return false
        }
    }
}

extension Route.Body {
    /// `json`, or the media type of a stream.
    fileprivate init(_ text: String) {
        self = text == "json" ? .json : .stream(mediaType: text)
    }
}

extension RoutesFile.Contents {
    /// The names that routes may use of a part of the file.
    fileprivate func names(of section: String) -> [String] {
        switch section {
        case "limits": limits.map(\.name).filter { $0 != "address" && $0 != "account" }
        case "caches": caches.map(\.name)
        default: experiments.map(\.assignment.experiment)
        }
    }
}

extension TextRule {
    fileprivate static var path: Self {
        Self("path", message: "must begin with a slash and have no empty part; a part in braces stands for any") {
            text in
            text.hasPrefix("/")
                && text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                    !$0.isEmpty && ($0.hasPrefix("{") == $0.hasSuffix("}"))
                }
        }
    }

    fileprivate static var body: Self {
        Self("body", message: "must be \"json\", or the media type of a stream such as \"application/x-ndjson\"") {
            text in
            text == "json" || text.split(separator: "/").count == 2 && !text.contains(" ")
        }
    }

    /// A name of one of the file's lists.
    fileprivate static func known(_ section: String, _ contents: RoutesFile.Contents) -> Self {
        let names = contents.names(of: section)
        let choice = names.isEmpty ? "there are none" : names.joined(separator: ", ")
        return Self("known", message: "must be one of the \(section) of this file: \(choice)") { names.contains($0) }
    }
}
