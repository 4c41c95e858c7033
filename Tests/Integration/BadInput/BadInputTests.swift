import InputValidation
import LocalStack
import NIOHTTP1
import StackSupport
import Synchronization
import Testing

extension StackTests {
    /// What every route does with input that it cannot take.
    @Suite struct BadInputTests {
        private static let tokens = Mutex<[String: String]>([:])

        /// An access token of a demo account; logged in once for the whole suite.
        private func token(_ role: String?, _ stack: LocalStack) async throws -> String? {
            guard let role else { return nil }
            if let known = Self.tokens.withLock({ $0["\(stack.gatewayURL) \(role)"] }) { return known }
            let accounts = try DemoAccount.read(stack.layout)
            let account = try #require(accounts.first { $0.role == role })
            let gateway = GatewayClient(baseURL: stack.gatewayURL)
            let token = try await gateway.logIn(email: account.email, password: account.password)
            Self.tokens.withLock { $0["\(stack.gatewayURL) \(role)"] = token }
            return token
        }

        /// Sends a bad body, expects a problem, and then a good answer on the same connection.
        private func expectRefusal(
            of body: [UInt8],
            with status: Set<Int>,
            from route: JSONRoute,
            headers: [String: String]? = nil,
            pointers: [String]? = nil,
            _ what: String
        ) async throws {
            let stack = try SharedStack.current
            let token = try await token(route.role, stack)
            try await HTTPConversation.with(stack) { conversation in
                let headers = headers ?? route.headers
                let answer = try await conversation.send(
                    route.method,
                    route.path,
                    headers: headers,
                    body: body,
                    token: token
                )
                #expect(status.contains(answer.status), "\(what): \(answer.status) \(answer.text)")
                try expectProblem(answer, what)
                if let pointers { #expect(try answer.pointers == pointers, "\(what): \(answer.text)") }
                let next = try await conversation.send("GET", "/v1/listings?limit=1")
                #expect(next.status == 200, "the connection after \(what)")
            }
        }

        private func expectProblem(_ answer: HTTPConversation.Answer, _ what: String) throws {
            #expect(answer.headers["Content-Type"] == ["application/problem+json"], "\(what)")
            let id = try #require(answer.headers["X-Correlation-ID"].first, "\(what)")
            #expect(try answer.json["correlationId"] == .string(id), "\(what)")
            #expect(try answer.json["status"] == .number("\(answer.status)"), "\(what)")
            for member in ["type", "title", "detail"] { #expect(try answer.json[member] != nil, "\(what): \(member)") }
        }

        // MARK: JSON bodies

        @Test(arguments: JSONRoute.all)
        func refusesWhatIsNoJSON(_ route: JSONRoute) async throws {
            let texts: [String: [UInt8]] = [
                "nothing": [], "half an object": Array("{\"a\":".utf8), "a trailing comma": Array("{\"a\":1,}".utf8),
                "two values": Array("{} {}".utf8), "a byte order mark": [0xEF, 0xBB, 0xBF] + Array("{}".utf8),
                "bytes that are no UTF-8": Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8),
                "a member twice": Array("{\"a\":1,\"a\":2}".utf8), "a comment": Array("{} // x".utf8),
                "33 levels": Array((String(repeating: "[", count: 33) + String(repeating: "]", count: 33)).utf8),
            ]
            for (what, text) in texts { try await expectRefusal(of: text, with: [400], from: route, what) }
        }

        @Test(arguments: JSONRoute.all)
        func refusesWhatIsNoObject(_ route: JSONRoute) async throws {
            for text in ["[]", "\"text\"", "7", "true", "null"] {
                try await expectRefusal(of: Array(text.utf8), with: [422], from: route, pointers: [""], text)
            }
        }

        @Test(arguments: JSONRoute.all)
        func namesAFieldThatIsMissing(_ route: JSONRoute) async throws {
            for name in route.required {
                let body = route.body(replacing: [name: nil])
                try await expectRefusal(of: body, with: [422], from: route, pointers: ["/\(name)"], "no \(name)")
            }
        }

        @Test(arguments: JSONRoute.all)
        func namesAFieldThatIsUnknown(_ route: JSONRoute) async throws {
            let body = route.body(replacing: ["stranger": "1"])
            try await expectRefusal(of: body, with: [422], from: route, pointers: ["/stranger"], "a stranger")
        }

        @Test(arguments: JSONRoute.all)
        func namesAFieldOfAnotherType(_ route: JSONRoute) async throws {
            for (name, _) in route.good {
                for json in ["7", "1.5", "true", "{}", "[[]]"] {
                    let body = route.body(replacing: [name: json])
                    let answer = ["/\(name)"]
                    let isElement = name == "roles" && json == "[[]]"
                    let pointers = isElement ? ["/roles/0"] : answer
                    try await expectRefusal(of: body, with: [422], from: route, pointers: pointers, "\(name): \(json)")
                }
            }
        }

        @Test(arguments: JSONRoute.all)
        func refusesAMemberThatStandsTwice(_ route: JSONRoute) async throws {
            let first = route.good[0]
            let rest = route.good.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",")
            let body = Array("{\"\(first.name)\":\(first.json),\(rest)}".utf8)
            try await expectRefusal(of: body, with: [400], from: route, "\(first.name) twice")
        }

        @Test(arguments: JSONRoute.all)
        func refusesAnotherMediaType(_ route: JSONRoute) async throws {
            for type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "json", ""] {
                var headers = route.headers
                headers["Content-Type"] = type
                try await expectRefusal(of: route.body(), with: [415], from: route, headers: headers, type)
            }
            var headers = route.headers
            headers["Content-Type"] = nil
            try await expectRefusal(of: route.body(), with: [415], from: route, headers: headers, "no type")
        }

        @Test(arguments: JSONRoute.all)
        func refusesABodyThatIsTooLarge(_ route: JSONRoute) async throws {
            for size in [65_537, 200_000] {
                let body =
                    Array("{\"name\":\"".utf8) + Array(repeating: UInt8(ascii: "a"), count: size - 11)
                    + Array("\"}".utf8)
                try await expectRefusal(of: body, with: [413], from: route, "\(size) bytes")
            }
        }

        // MARK: Paths and methods

        @Test(arguments: [
            ("DELETE", "/v1/accounts", "OPTIONS, POST"), ("GET", "/v1/accounts/verify", "OPTIONS, POST"),
            ("PUT", "/v1/accounts/verification-mails", "OPTIONS, POST"),
            ("POST", "/v1/accounts/me", "DELETE, GET, HEAD, OPTIONS, PATCH"),
            ("GET", "/v1/accounts/x/roles", "OPTIONS, PUT"),
            ("GET", "/v1/sessions", "OPTIONS, POST"), ("GET", "/v1/sessions/refresh", "OPTIONS, POST"),
            ("GET", "/v1/sessions/current", "DELETE, OPTIONS"), ("POST", "/v1/accounts/me/password", "OPTIONS, PUT"),
            ("DELETE", "/v1/password-resets", "OPTIONS, POST, PUT"), ("POST", "/v1/listings", "GET, HEAD, OPTIONS"),
            ("GET", "/v1/listings/import", "OPTIONS, POST"),
            ("PATCH", "/v1/listings/x", "DELETE, GET, HEAD, OPTIONS, PUT"),
            ("PUT", "/v1/mail/dead-letters", "GET, HEAD, OPTIONS"),
            ("PUT", "/v1/mail/dead-letters/x", "DELETE, GET, HEAD, OPTIONS"),
            ("DELETE", "/v1/mail/dead-letters/x/replay", "OPTIONS, POST"),
            ("DELETE", "/.well-known/jwks.json", "GET, HEAD, OPTIONS"),
        ])
        func namesTheRightMethods(_ method: String, path: String, allow: String) async throws {
            try await HTTPConversation.with(SharedStack.current) { conversation in
                let answer = try await conversation.send(method, path)
                #expect(answer.status == 405, "\(answer.text)")
                #expect(answer.headers["Allow"] == [allow])
                try expectProblem(answer, path)
                #expect(try await conversation.send("GET", "/v1/listings?limit=1").status == 200)
            }
        }

        @Test(arguments: [
            "/v1", "/v1/", "/v2/listings", "/v1/listings/", "/v1/listings/a/b", "/v1//listings", "/v1/accounts/me/",
            "/%2e%2e/etc/passwd", "/v1/listings/%2e%2e", "/admin", "/v1/sessions/current/x",
        ])
        func saysThatAnUnknownPathIsNotThere(_ path: String) async throws {
            try await HTTPConversation.with(SharedStack.current) { conversation in
                for method in ["GET", "DELETE"] where method == "GET" || !path.contains("%2e%2e") {
                    let answer = try await conversation.send(method, path)
                    #expect(answer.status == 404, "\(method) \(path): \(answer.text)")
                    try expectProblem(answer, path)
                }
                #expect(try await conversation.send("GET", "/v1/listings?limit=1").status == 200)
            }
        }

        @Test(arguments: ["", "not-a-token", "a.b.c", "Bearer", String(repeating: "x", count: 5000)])
        func refusesWhatIsNoToken(_ token: String) async throws {
            try await HTTPConversation.with(SharedStack.current) { conversation in
                for path in ["/v1/accounts/me", "/v1/mail/dead-letters"] {
                    let answer = try await conversation.send("GET", path, headers: ["Authorization": "Bearer \(token)"])
                    #expect(answer.status == 401, "\(answer.text)")
                    #expect(answer.headers["WWW-Authenticate"].first?.hasPrefix("Bearer") == true)
                    try expectProblem(answer, path)
                }
                #expect(try await conversation.send("GET", "/v1/listings?limit=1").status == 200)
            }
        }

        @Test(arguments: ["limit=0", "limit=x", "limit=101", "cursor=x", "cursor="])
        func refusesABadPageOfDeadLetters(_ query: String) async throws {
            let stack = try SharedStack.current
            let token = try await token("operator", stack)
            try await HTTPConversation.with(stack) { conversation in
                let answer = try await conversation.send("GET", "/v1/mail/dead-letters?\(query)", token: token)
                #expect(answer.status == 400, "\(answer.text)")
                try expectProblem(answer, query)
            }
        }

        /// A query that cannot be read is told from one that matches nothing.
        @Test(arguments: ["/v1/listings?q=black%20cat%", "/v1/listings?q=%zz", "/v1/listings/%2", "/docs?%"])
        func refusesABrokenEscape(_ path: String) async throws {
            try await HTTPConversation.with(try SharedStack.current) { conversation in
                let answer = try await conversation.send("GET", path)
                #expect(answer.status == 400, "\(answer.text)")
                try expectProblem(answer, path)
                #expect(try await conversation.send("GET", "/v1/listings?limit=1").status == 200)
            }
        }

        @Test func saysContinueToAClientThatWaitsWithItsBody() async throws {
            try await HTTPConversation.with(try SharedStack.current) { conversation in
                let answer = try await conversation.sendAfterContinue(
                    "POST",
                    "/v1/sessions",
                    body: Array(#"{"email":"nobody@example.org","password":"a password of words"}"#.utf8)
                )
                #expect(answer.status == 401, "\(answer.text)")
            }
        }

        // MARK: The import

        @Test func refusesACompressedImport() async throws {
            let stack = try SharedStack.current
            let token = try await token("shelter", stack)
            try await HTTPConversation.with(stack) { conversation in
                let answer = try await conversation.send(
                    "POST",
                    "/v1/listings/import",
                    headers: ["Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"],
                    body: [0x1F, 0x8B],
                    token: token
                )
                #expect(answer.status == 415, "\(answer.text)")
                try expectProblem(answer, "gzip")
                #expect(answer.headers["Accept-Encoding"] == ["identity"])
            }
        }

        @Test func refusesAnImportOfAnotherMediaType() async throws {
            let stack = try SharedStack.current
            let token = try await token("shelter", stack)
            try await HTTPConversation.with(stack) { conversation in
                let answer = try await conversation.send(
                    "POST",
                    "/v1/listings/import",
                    headers: ["Content-Type": "application/json"],
                    body: Array("{}".utf8),
                    token: token
                )
                #expect(answer.status == 415, "\(answer.text)")
                try expectProblem(answer, "application/json")
            }
        }

        @Test func reportsALineThatIsTooLongAndTakesTheNext() async throws {
            let stack = try SharedStack.current
            let token = try await token("shelter", stack)
            try await HTTPConversation.with(stack) { conversation in
                let long = "{\"id\":\"long\",\"species\":\"\(String(repeating: "a", count: 100_000))\"}"
                let answer = try await conversation.send(
                    "POST",
                    "/v1/listings/import",
                    headers: ["Content-Type": "application/x-ndjson"],
                    body: Array((long + "\n{\"id\":\"after-long\",\"species\":\"cat\"}\n").utf8),
                    token: token
                )
                #expect(answer.status == 200, "\(answer.text)")
                #expect(try answer.json["accepted"] == .number("1"))
                #expect(try answer.json["rejected"] == .number("1"))
                #expect(try await conversation.send("GET", "/v1/listings/after-long").status == 200)
            }
        }
    }
}
