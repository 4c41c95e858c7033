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
        #expect(route.isLogIn)
    }

    @Test(arguments: [("GET", RequestPriority.search), ("PUT", .write), ("DELETE", .write)])
    func hasDefaults(_ method: String, _ priority: RequestPriority) throws {
        let text = #"{"routes":[{"method":"\#(method)","path":"/a","service":"b","permission":"read listing"}]}"#
        let route = try #require(try routes(text).first)
        #expect(route.body == .none)
        #expect(route.deadline == .seconds(10))
        #expect(route.priority == priority)
        #expect(!route.isLogIn)
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
            (#""limit": "address""#, ["/routes/0/limit must be one of: log-in"]),
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
        #expect(routes.filter(\.isLogIn).map(\.pattern.description) == ["/v1/sessions"])
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

    // MARK: Reading again

    @Test func takesNoServiceInThatWasNotThereAtStart() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/routes.json"
            func write(_ service: String) throws {
                let text =
                    #"{"routes":[{"method":"GET","path":"/a","service":"\#(service)","permission":"read listing"}]}"#
                try text.write(toFile: path, atomically: true, encoding: .utf8)
            }
            try write("one")
            let configuration = try GatewayConfiguration(arguments: ["--routes-file=\(path)"])
            #expect(try configuration.reloadRoutes().count == 1)
            try write("two")
            let error = #expect(throws: SettingsError.self) { try configuration.reloadRoutes() }
            #expect(error?.problems.first?.contains("leads to two") == true)
        }
    }
}
