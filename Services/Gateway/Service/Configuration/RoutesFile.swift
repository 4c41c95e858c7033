import AccessPolicy
import Discovery
import FoundationEssentials
import HTTPTypes
import InputValidation
import Resilience
import ServiceRuntime
import TCPProxy

/// The file that says which calls there are: who may make them, which service answers, and how much they matter.
///
/// It is one JSON object with the lists `routes` and `tcpRoutes`; Services/Gateway/README.md tells its members. Every error names the
/// file, the line and the member.
struct RoutesFile: Sendable {
    private static let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]
    private static let priorities: [RequestPriority] = [.authentication, .write, .search, .import]
    private static let longestDeadline = 86_400

    /// What a file says.
    struct Contents: Sendable {
        var routes: [Route]
        var tcpRoutes: [TCPRouteSetting]

        /// The services that the routes lead to.
        var services: Set<ServiceName> { Set(routes.map(\.service) + tcpRoutes.map(\.service)) }
    }

    /// The name of the file in messages.
    private let name: String
    private let policy: RolePolicy
    private let places: JSONPlaces
    private var problems: [FieldError] = []
    private var known: Set<String> = []
    private var knownPorts: Set<Int> = []
    private var patterns: [PathPattern] = []

    /// Reads the file of this path, or the one that is built in when the path is empty.
    ///
    /// - Throws: `SettingsError` with everything that is wrong, a line each.
    static func load(_ path: String, policy: RolePolicy) throws(SettingsError) -> Contents {
        guard !path.isEmpty else { return try contents(of: PackageResources.routes_json, named: "routes.json", policy) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(["routes.file: \(path) cannot be read"])
        }
        return try contents(of: Array(data), named: path, policy)
    }

    /// Reads the routes of a text.
    ///
    /// - Throws: `SettingsError` as ``load(_:policy:)``.
    static func contents(
        of bytes: [UInt8],
        named name: String,
        _ policy: RolePolicy
    ) throws(SettingsError) -> Contents {
        let text: (value: JSONValue, places: JSONPlaces)
        do {
            text = try StrictJSON.parseKeepingPlaces(bytes)
        } catch {
            throw SettingsError(["\(name):\(error.line(in: bytes)): \(error.message)"])
        }
        var file = Self(name: name, policy: policy, places: text.places)
        let contents = file.read(text.value)
        guard file.problems.isEmpty else { throw SettingsError(file.problems.map(file.line)) }
        guard contents.routes.isEmpty else { return contents }
        // A file with TCP routes alone leaves the others as they are.
        let builtIn = try Self.contents(of: PackageResources.routes_json, named: "routes.json", policy)
        return Contents(routes: builtIn.routes, tcpRoutes: contents.tcpRoutes)
    }

    private init(name: String, policy: RolePolicy, places: JSONPlaces) {
        self.name = name
        self.policy = policy
        self.places = places
    }

    private func line(_ problem: FieldError) -> String {
        let pointer = problem.pointer.isEmpty ? "the file" : problem.pointer
        return "\(name):\(places.line(of: problem.pointer)): \(pointer) \(problem.message)"
    }

    private mutating func read(_ value: JSONValue) -> Contents {
        var fields = ObjectFields(value)
        let elements = fields.optionalValues("routes")
        let tcpElements = fields.optionalValues("tcpRoutes")
        take(&fields)
        let routes = elements.compactMap { route($0.value, at: $0.pointer) }
        if value["routes"] != nil, routes.isEmpty, problems.isEmpty {
            problems.append(FieldError(pointer: "/routes", rule: "count", message: "must name a route at least"))
        }
        return Contents(routes: routes, tcpRoutes: tcpRoutes(tcpElements))
    }

    private mutating func tcpRoutes(_ elements: [(value: JSONValue, pointer: JSONPointer)]) -> [TCPRouteSetting] {
        elements.compactMap { tcpRoute($0.value, at: $0.pointer) }
    }

    private mutating func tcpRoute(_ value: JSONValue, at pointer: JSONPointer) -> TCPRouteSetting? {
        var fields = ObjectFields(value, at: pointer)
        let port = fields.integer("port", in: 1...65_535)
        let service = fields.text("service", .serviceName)
        let connect = fields.optionalInteger("connectMilliseconds", in: 1...60_000)
        let idle = fields.optionalInteger("idleSeconds", in: 1...Self.longestDeadline)
        let total = fields.optionalInteger("totalSeconds", in: 1...Self.longestDeadline)
        let maximum = fields.optionalInteger("maximumConnections", in: 1...100_000)
        if fields.errors.isEmpty, !knownPorts.insert(port).inserted {
            fields.reject("port", rule: "unique", message: "is the port of an earlier route")
        }
        guard take(&fields), let service = ServiceName(service) else { return nil }
        var limits = TCPLimits()
        if let connect { limits.connectTime = .milliseconds(connect) }
        if let idle { limits.idleTime = .seconds(idle) }
        if let total { limits.totalTime = .seconds(total) }
        if let maximum { limits.maximumConnections = maximum }
        return TCPRouteSetting(port: port, service: service, limits: limits)
    }

    private mutating func route(_ value: JSONValue, at pointer: JSONPointer) -> Route? {
        var fields = ObjectFields(value, at: pointer)
        let method = fields.text("method", .oneOf(Self.methods.map(\.rawValue)))
        let path = fields.text("path", .path)
        let service = fields.text("service", .serviceName)
        let permission = permission(&fields)
        let body = fields.optionalText("body", .body)
        let deadline = fields.optionalInteger("deadlineSeconds", in: 1...Self.longestDeadline)
        let priority = fields.optionalText("priority", .oneOf(Self.priorities.map { "\($0)" }))
        let limit = fields.optionalText("limit", .oneOf(["log-in"]))
        if fields.errors.isEmpty { check(method, PathPattern(path), &fields) }
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
            isLogIn: limit != nil
        )
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
    private mutating func take(_ fields: inout ObjectFields) -> Bool {
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

    fileprivate static var serviceName: Self {
        Self("service", message: "must be 1 to 63 of a-z, 0-9 and hyphens") { ServiceName($0) != nil }
    }

    fileprivate static var body: Self {
        Self("body", message: "must be \"json\", or the media type of a stream such as \"application/x-ndjson\"") {
            text in
            text == "json" || text.split(separator: "/").count == 2 && !text.contains(" ")
        }
    }
}
