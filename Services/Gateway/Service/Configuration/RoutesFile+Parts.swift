import Discovery
import InputValidation
import Resilience
import TCPProxy

/// Everything in the file besides the routes.
extension RoutesFile {
    private static let longestLifetime = 86_400

    mutating func tcpRoute(_ value: JSONValue, at pointer: JSONPointer) -> TCPRouteSetting? {
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

    mutating func limit(_ value: JSONValue, at pointer: JSONPointer) -> RateLimitSetting? {
        var fields = ObjectFields(value, at: pointer)
        let name = fields.text("name", .name)
        let calls = fields.integer("calls", in: 0...1_000_000)
        let seconds = fields.integer("seconds", in: 1...Self.longestLifetime)
        let burst = fields.optionalInteger("burst", in: 1...1_000_000)
        checkUnique(name, among: "limits", &fields)
        let setting = RateLimitSetting(
            name: name,
            calls: calls,
            window: .seconds(seconds),
            burst: burst ?? max(1, calls)
        )
        if fields.errors.isEmpty, calls > 0, setting.policy == nil {
            fields.reject("burst", rule: "range", message: "must come back within a year at this rate")
        }
        return take(&fields) ? setting : nil
    }

    mutating func upstream(_ value: JSONValue, at pointer: JSONPointer) -> UpstreamSetting? {
        var fields = ObjectFields(value, at: pointer)
        let service = fields.text("service", .serviceName)
        let bulkhead = fields.optionalInteger("bulkhead", in: 1...100_000)
        let hedging = fields.optionalText("hedging", .oneOf(["off", "after-p95"]))
        let balancing = fields.optionalText("balancing", .oneOf(UpstreamSetting.Balancing.allCases.map(\.rawValue)))
        checkUnique(service, among: "upstreams", member: "service", &fields)
        guard take(&fields), let service = ServiceName(service) else { return nil }
        var setting = UpstreamSetting(service: service)
        if let bulkhead { setting.bulkhead = bulkhead }
        if hedging == "after-p95" { setting.hedging = .afterQuantile }
        if let balancing = balancing.flatMap(UpstreamSetting.Balancing.init) { setting.balancing = balancing }
        return setting
    }

    mutating func cache(_ value: JSONValue, at pointer: JSONPointer) -> CacheSetting? {
        var fields = ObjectFields(value, at: pointer)
        let name = fields.text("name", .name)
        let fresh = fields.integer("freshSeconds", in: 0...Self.longestLifetime)
        let whileRevalidating = fields.optionalInteger("staleWhileRevalidateSeconds", in: 0...Self.longestLifetime)
        let ifError = fields.optionalInteger("staleIfErrorSeconds", in: 0...Self.longestLifetime)
        let bytes = fields.optionalInteger("maximumBytes", in: 1024...1 << 30)
        checkUnique(name, among: "caches", &fields)
        guard take(&fields) else { return nil }
        return CacheSetting(
            name: name,
            lifetime: ResponseLifetime(
                fresh: .seconds(fresh),
                staleWhileRevalidate: .seconds(whileRevalidating ?? 0),
                staleIfError: .seconds(ifError ?? 0)
            ),
            maximumBytes: bytes ?? ResponseCacheState<String, String>.defaultMaximumBytes
        )
    }

    mutating func experiment(_ value: JSONValue, at pointer: JSONPointer) -> ExperimentSetting? {
        var fields = ObjectFields(value, at: pointer)
        let name = fields.text("name", .name)
        let elements = fields.values("arms")
        checkUnique(name, among: "variants", &fields)
        var services: [String: ServiceName] = [:]
        let arms = elements.compactMap { element -> VariantAssignment.Arm? in
            var fields = ObjectFields(element.value, at: element.pointer)
            let name = fields.text("name", .name)
            let weight = fields.integer("weight", in: 0...VariantAssignment.maximumWeight)
            let service = fields.optionalText("service", .serviceName)
            guard take(&fields) else { return nil }
            services[name] = service.flatMap(ServiceName.init)
            return VariantAssignment.Arm(name: name, weight: weight)
        }
        let assignment = VariantAssignment(experiment: name, arms: arms)
        if arms.count == elements.count, assignment == nil {
            let message =
                "must be up to \(VariantAssignment.maximumArms), of different names, one of them with a weight"
            fields.reject("arms", rule: "arms", message: message)
        }
        guard take(&fields), let assignment else { return nil }
        return ExperimentSetting(assignment: assignment, services: services)
    }

    private mutating func checkUnique(
        _ name: String,
        among section: String,
        member: String = "name",
        _ fields: inout ObjectFields
    ) {
        guard fields.errors.isEmpty, !known.insert("\(section) \(name)").inserted else { return }
        fields.reject(member, rule: "unique", message: "is that of an earlier one")
    }
}

extension TextRule {
    static var serviceName: Self {
        Self("service", message: "must be 1 to 63 of a-z, 0-9 and hyphens") { ServiceName($0) != nil }
    }

    /// The names of limits, caches, experiments and arms stand in header fields, logs and metrics.
    static var name: Self {
        Self("name", message: "must be 1 to 63 of a-z, 0-9 and hyphens") { ServiceName($0) != nil }
    }
}
