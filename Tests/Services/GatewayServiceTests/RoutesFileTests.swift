import AccessPolicy
import Discovery
import FoundationEssentials
import HTTPTypes
import MailWorkerContract
import Resilience
import SearchContract
import ServiceRuntime
import TCPProxy
import TestSupport
import Testing
import UsersContract

@testable import GatewayService

/// The file that says which calls there are.
@Suite struct RoutesFileTests {
    private func routes(_ text: String) throws(SettingsError) -> [Route] {
        try contents(text).routes
    }

    private func contents(_ text: String) throws(SettingsError) -> RoutesFile.Contents {
        let policy: RolePolicy
        do {
            policy = try .standard()
        } catch {
            throw SettingsError(["\(error)"])
        }
        return try RoutesFile.contents(of: Array(text.utf8), named: "routes.json", policy)
    }

    /// What is wrong with a file whose third line is a route with these members.
    private func problems(_ members: String) -> [String] {
        do {
            _ = try routes("{\n  \"routes\": [\n    {\(members)}\n  ]\n}")
            return []
        } catch {
            return error.problems
        }
    }

    @Test func readsEveryMember() throws {
        let route = try #require(
            try routes(
                """
                {"routes": [{
                  "method": "POST", "path": "/v1/things/{id}/parts", "service": "things-2", "permission": "import listing",
                  "body": "application/x-ndjson", "deadlineSeconds": 60, "priority": "import", "limit": "log-in"
                }]}
                """
            ).first
        )
        #expect(route.method == .post)
        #expect(route.pattern.description == "/v1/things/{id}/parts")
        #expect(route.service.description == "things-2")
        #expect(route.permission == Permission("import", "listing"))
        #expect(route.body == .stream(mediaType: "application/x-ndjson"))
        #expect(route.deadline == .seconds(60))
        #expect(route.priority == .import)
        #expect(route.limit == "log-in")
    }

    @Test(arguments: [("GET", RequestPriority.search), ("PUT", .write), ("DELETE", .write)])
    func hasDefaults(_ method: String, _ priority: RequestPriority) throws {
        let text = #"{"routes":[{"method":"\#(method)","path":"/a","service":"b","permission":"read listing"}]}"#
        let route = try #require(try routes(text).first)
        #expect(route.body == .none)
        #expect(route.deadline == .seconds(10))
        #expect(route.priority == priority)
        #expect(route.limit == nil && route.cache == nil && route.variant == nil && route.invalidates.isEmpty)
    }

    @Test(
        arguments: [
            ("", ["/routes/0/method is required", "/routes/0/path is required"]),
            (#""method": "BREW""#, ["/routes/0/method must be one of: GET, POST, PUT, PATCH, DELETE"]),
            (#""path": "v1""#, ["/routes/0/path must begin with a slash"]),
            (#""path": "/v1//x""#, ["/routes/0/path must begin with a slash"]),
            (#""path": "/v1/{id""#, ["/routes/0/path must begin with a slash"]),
            (#""service": "Search!""#, ["/routes/0/service must be 1 to 63"]),
            (#""permission": "read""#, ["/routes/0/permission must be an action and a resource"]),
            (#""permission": "raed listing""#, ["/routes/0/permission is granted to no role"]),
            (#""body": "xml""#, [#"/routes/0/body must be "json""#]),
            (#""deadlineSeconds": 0"#, ["/routes/0/deadlineSeconds must be a whole number from 1 to 86400"]),
            (#""deadlineSeconds": "9""#, ["/routes/0/deadlineSeconds must be a number, not string"]),
            (#""priority": "health""#, ["/routes/0/priority must be one of: authentication, write, search, import"]),
            (#""limit": "address""#, ["/routes/0/limit must be one of the limits of this file: log-in"]),
            (#""methods": "GET""#, ["/routes/0/methods is not a field of this object"]),
        ] as [(String, [String])]
    )
    func namesLineAndMember(_ members: String, expected: [String]) {
        let problems = problems(members)
        for line in expected {
            #expect(problems.contains { $0.hasPrefix("routes.json:3: " + line) }, "\(problems)")
        }
    }

    @Test func listsEverythingThatIsWrong() throws {
        let error = #expect(throws: SettingsError.self) {
            try routes("{\"more\": 1, \"routes\": [\n{\"method\": \"GET\"},\n{\n\n\"deadlineSeconds\": -1},\n7]}")
        }
        let problems = try #require(error?.problems)
        #expect(problems.contains("routes.json:1: /more is not a field of this object"))
        #expect(problems.contains("routes.json:2: /routes/0/path is required"))
        #expect(problems.contains { $0.hasPrefix("routes.json:5: /routes/1/deadlineSeconds must be") })
        #expect(problems.contains("routes.json:6: /routes/2 must be an object, not number"))
    }

    @Test func refusesAPathTwice() throws {
        let one = #"{"method":"GET","path":"/a/{id}","service":"b","permission":"read listing"}"#
        let other = #"{"method":"GET","path":"/a/{name}","service":"b","permission":"read listing"}"#
        let error = #expect(throws: SettingsError.self) { try routes("{\"routes\":[\(one),\n\(other)]}") }
        #expect(error?.problems == ["routes.json:2: /routes/1/path is the path of an earlier route with this method"])
        #expect(try routes("{\"routes\":[\(one),\(other.replacing("GET", with: "PUT"))]}").count == 2)
    }

    /// Both fit /a/b/c, and neither more than the other: which one is meant, and who may call it, would be a matter of luck.
    @Test func refusesPathsThatAreAmbiguous() throws {
        let one = #"{"method":"GET","path":"/a/b/{y}","service":"b","permission":"write listing"}"#
        let other = #"{"method":"GET","path":"/a/{x}/c","service":"b","permission":"read listing"}"#
        let error = #expect(throws: SettingsError.self) { try routes("{\"routes\":[\(one),\n\(other)]}") }
        #expect(
            error?.problems.first?.hasPrefix("routes.json:2: /routes/1/path fits some paths that /a/b/{y} fits") == true
        )
        #expect(try routes("{\"routes\":[\(one),\(other.replacing("/c", with: "/c/d"))]}").count == 2)
    }

    @Test(arguments: ["/docs", "/{page}", "/assets/{file}"])
    func refusesPathsOfThePages(_ path: String) {
        let text = #"{"routes":[{"method":"GET","path":"\#(path)","service":"b","permission":"read listing"}]}"#
        let error = #expect(throws: SettingsError.self) { try routes(text) }
        #expect(error?.problems.first?.contains("/routes/0/path fits the gateway's own page /") == true)
    }

    @Test(arguments: [
        ("", "routes.json:1: unexpected end of the text"), ("{\n\n,", "routes.json:3: a member name"),
        ("[]", "routes.json:1: the file must be an object, not array"),
        ("{\"routes\":[]}", "routes.json:1: /routes must name a route"),
    ])
    func refusesWhatIsNoFile(_ text: String, _ problem: String) {
        let error = #expect(throws: SettingsError.self) { try routes(text) }
        #expect(error?.problems.first?.hasPrefix(problem) == true, "\(error?.problems ?? [])")
    }

    @Test func refusesAFileThatIsNotThere() throws {
        let error = #expect(throws: SettingsError.self) {
            try RoutesFile.load("/nowhere/routes.json", policy: .standard())
        }
        #expect(error?.problems == ["routes.file: /nowhere/routes.json cannot be read"])
    }

    /// The built-in file and the services must agree on what the services' contracts say.
    @Test func leadsWhereTheContractsSay() throws {
        let routes = try StandardRoutes.all()
        func route(_ path: String) -> Route? { routes.first { $0.pattern.description == path } }
        #expect(route(UsersAddress.keySetPath)?.service == UsersAddress.name)
        #expect(route(SearchAddress.importPath)?.service == SearchAddress.name)
        #expect(route(SearchAddress.importPath)?.deadline == SearchAddress.importDeadline)
        #expect(route(MailWorkerAddress.deadLettersPath)?.service == MailWorkerAddress.name)
        #expect(routes.filter { $0.limit == "log-in" }.map(\.pattern.description) == ["/v1/sessions"])
        let configuration = try GatewayConfiguration()
        #expect(configuration.services == [MailWorkerAddress.name, SearchAddress.name, UsersAddress.name])
    }

    // MARK: TCP routes

    private static let one = #""routes":[{"method":"GET","path":"/a","service":"b","permission":"read listing"}]"#

    @Test func readsTCPRoutes() throws {
        let ports = [2525, 5432]
        let text = """
            {\(Self.one), "tcpRoutes": [
              {"port": \(ports[0]), "service": "smtp"},
              {"port": \(ports[1]), "service": "db", "connectMilliseconds": 250, "idleSeconds": 60, "totalSeconds": 90}
            ]}
            """
        let contents = try contents(text)
        let limits = TCPLimits(connectTime: .milliseconds(250), idleTime: .seconds(60), totalTime: .seconds(90))
        #expect(contents.tcpRoutes.map(\.port) == ports)
        #expect(contents.tcpRoutes.map(\.limits) == [TCPLimits(), limits])
        #expect(Set(contents.services.map(\.description)) == ["b", "smtp", "db"])
        #expect(try self.contents("{\(Self.one)}").tcpRoutes == [])
        let alone = try self.contents(#"{"tcpRoutes":[{"port":\#(ports[0]),"service":"smtp"}]}"#)
        #expect(alone.tcpRoutes.count == 1)
        #expect(alone.routes.count == (try StandardRoutes.all().count), "the built-in ones stay")
    }

    @Test(arguments: [
        (#"{"service":"a"}"#, "/tcpRoutes/0/port is required"),
        (#"{"port":0,"service":"a"}"#, "/tcpRoutes/0/port must be a whole number from 1 to 65535"),
        (#"{"port":1,"service":"A"}"#, "/tcpRoutes/0/service must be 1 to 63"),
        (#"{"port":1,"service":"a","idleSeconds":0}"#, "/tcpRoutes/0/idleSeconds must be a whole number"),
        (#"{"port":1,"service":"a","idle":5}"#, "/tcpRoutes/0/idle is not a field of this object"),
        (#"{"port":1,"service":"a"},{"port":1,"service":"b"}"#, "/tcpRoutes/1/port is the port of an earlier route"),
    ])
    func refusesWrongTCPRoutes(_ routes: String, problem: String) {
        let error = #expect(throws: SettingsError.self) { try contents("{\(Self.one),\n\"tcpRoutes\":[\(routes)]}") }
        #expect(
            error?.problems.contains { $0.hasPrefix("routes.json:2: " + problem) } == true,
            "\(error?.problems ?? [])"
        )
    }

    // MARK: Upstreams, limits, caches and experiments

    @Test func hasTheDocumentedDefaultsOfTheOtherParts() throws {
        let file = try GatewayConfiguration().file
        #expect(file.maximumInFlight == 2000)
        #expect(
            file.upstreams.map { "\($0.service) \($0.bulkhead)" } == ["search 1000", "users 200", "mail-worker 25"]
        )
        #expect(file.upstreams.allSatisfy { $0.hedging == .off && $0.balancing == .powerOfTwoChoices })
        let cache = try #require(file.caches.first)
        #expect(file.caches.count == 1 && cache.name == "listings" && cache.maximumBytes == 8 << 20)
        #expect(
            cache.lifetime
                == ResponseLifetime(fresh: .seconds(2), staleWhileRevalidate: .seconds(10), staleIfError: .seconds(300))
        )
        #expect(file.experiments.isEmpty)
        let cached = file.routes.filter { $0.cache == "listings" }.map(\.pattern.description)
        #expect(cached == ["/v1/listings", "/v1/listings/{id}"])
        let changing = file.routes.filter { $0.invalidates == ["listings"] }.map { "\($0.method) \($0.pattern)" }
        #expect(changing == ["POST /v1/listings/import", "PUT /v1/listings/{id}", "DELETE /v1/listings/{id}"])
        #expect(try GatewayConfiguration(arguments: ["--cache-enabled=false"]).file.caches.isEmpty)
    }

    @Test func readsEveryOtherPart() throws {
        let contents = try contents(
            """
            {
              "limits": [{"name": "address", "calls": 5, "seconds": 2}, {"name": "slow", "calls": 1, "seconds": 60, "burst": 3}],
              "maximumInFlight": 0,
              "upstreams": [{"service": "b", "bulkhead": 7, "hedging": "after-p95", "balancing": "round-robin"}],
              "caches": [{"name": "c", "freshSeconds": 1, "staleIfErrorSeconds": 9, "maximumBytes": 4096}],
              "variants": [{"name": "v", "arms": [{"name": "x", "weight": 9}, {"name": "y", "weight": 1, "service": "z"}]}],
              "routes": [{
                "method": "GET", "path": "/a", "service": "b", "permission": "read listing", "cache": "c", "variant": "v",
                "limit": "slow"
              }, {
                "method": "PUT", "path": "/a", "service": "b", "permission": "write listing", "invalidates": ["c"]
              }]
            }
            """
        )
        #expect(contents.limit("address") == RateLimitSetting(name: "address", calls: 5, window: .seconds(2), burst: 5))
        #expect(contents.limit("slow")?.burst == 3)
        #expect(contents.maximumInFlight == 0)
        let upstream = try #require(contents.upstreams.first)
        #expect(upstream.bulkhead == 7 && upstream.hedging == .afterQuantile && upstream.balancing == .roundRobin)
        #expect(contents.caches.first?.lifetime.staleIfError == .seconds(9))
        #expect(contents.experiments.first?.assignment.arms.map(\.name) == ["x", "y"])
        #expect(Set(contents.services.map(\.description)) == ["b", "z"])
        #expect(contents.routes.map(\.cache) == ["c", nil] && contents.routes.map(\.invalidates) == [[], ["c"]])
        let limits = try self.contents(#"{"limits":[{"name":"log-in","calls":0,"seconds":1}]}"#)
        #expect(limits.limits.count == 1 && limits.caches.count == 1 && limits.routes.count > 20)
    }

    @Test(arguments: [
        (#""limits":[{"name":"address","calls":-1,"seconds":1}]"#, "/limits/0/calls must be a whole number from 0"),
        (#""limits":[{"name":"address","calls":1}]"#, "/limits/0/seconds is required"),
        (#""limits":[{"name":"a b","calls":1,"seconds":1}]"#, "/limits/0/name must be 1 to 63 of"),
        (#""limits":[{"name":"a","calls":1,"seconds":86400,"burst":1000}]"#, "/limits/0/burst must come back within"),
        (#""maximumInFlight":-1"#, "/maximumInFlight must be a whole number from 0"),
        (#""upstreams":[{"service":"b","bulkhead":0}]"#, "/upstreams/0/bulkhead must be a whole number from 1"),
        (#""upstreams":[{"service":"b"},{"service":"b"}]"#, "/upstreams/1/service is that of an earlier one"),
        (#""upstreams":[{"service":"b","hedging":"p50"}]"#, "/upstreams/0/hedging must be one of: off, after-p95"),
        (#""upstreams":[{"service":"b","balancing":"luck"}]"#, "/upstreams/0/balancing must be one of: power-of"),
        (#""caches":[{"name":"c"}]"#, "/caches/0/freshSeconds is required"),
        (#""caches":[{"name":"c","freshSeconds":1,"maximumBytes":1}]"#, "/caches/0/maximumBytes must be"),
        (#""variants":[{"name":"v","arms":[]}]"#, "/variants/0/arms must be up to 100"),
        (#""variants":[{"name":"v","arms":[{"name":"x","weight":0}]}]"#, "/variants/0/arms must be up to 100"),
        (#""variants":[{"name":"v","arms":[{"name":"x","weight":-1}]}]"#, "/variants/0/arms/0/weight must be"),
        (#""variants":[{"name":"v","arms":[{"name":"x","weight":1,"service":"Z"}]}]"#, "/variants/0/arms/0/service"),
    ])
    func refusesOtherPartsThatAreWrong(_ part: String, problem: String) {
        let error = #expect(throws: SettingsError.self) { try contents("{\(Self.one),\n\(part)}") }
        #expect(
            error?.problems.contains { $0.hasPrefix("routes.json:2: " + problem) } == true,
            "\(error?.problems ?? [])"
        )
    }

    @Test(arguments: [
        (
            #""method":"GET","permission":"read listing","cache":"no""#,
            "cache must be one of the caches of this file: listings"
        ),
        (
            #""method":"GET","permission":"read own-account","cache":"listings""#,
            "cache is for calls that everybody may"
        ),
        (#""method":"PUT","permission":"write listing","cache":"listings""#, "cache is for GET only"),
        (#""method":"GET","permission":"read listing","body":"json","cache":"listings""#, "cache is for calls without"),
        (#""method":"GET","permission":"read listing","invalidates":["listings"]"#, "invalidates is for calls that"),
        (
            #""method":"PUT","permission":"write listing","invalidates":["no"]"#,
            "invalidates/0 must be one of the caches"
        ),
        (
            #""method":"GET","permission":"read listing","variant":"v""#,
            "variant must be one of the variants of this file: there"
        ),
        (
            #""method":"GET","permission":"read listing","limit":"address""#,
            "limit must be one of the limits of this file"
        ),
    ])
    func refusesNamesThatTheFileDoesNotHave(_ members: String, problem: String) {
        let problems = problems(#""path":"/a","service":"b","# + members)
        #expect(problems.contains { $0.hasPrefix("routes.json:3: /routes/0/" + problem) }, "\(problems)")
    }

    @Test func saysOnceWhatCannotBeRead() {
        let error = #expect(throws: SettingsError.self) {
            try contents(#"{"caches":[{"name":"listings","freshSeconds":-1}]}"#)
        }
        #expect(error?.problems == ["routes.json:1: /caches/0/freshSeconds must be a whole number from 0 to 86400"])
    }

    @Test func saysWhatTheBuiltInRoutesLack() {
        let error = #expect(throws: SettingsError.self) { try contents(#"{"caches":[{"name":"c","freshSeconds":1}]}"#) }
        #expect(
            error?.problems.first
                == "routes.json:1: /caches lacks listings, which the built-in route GET /v1/listings names"
        )
    }
}
