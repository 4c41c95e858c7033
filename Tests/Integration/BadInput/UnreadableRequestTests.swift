import InputValidation
import StackSupport
import Testing

extension StackTests {
    /// Requests that end before anybody looks at what they ask for.
    @Suite struct UnreadableRequestTests {
        private static let long = String(repeating: "a", count: 20_000)

        @Test(
            arguments: [
                ("BREW /v1/listings HTTP/1.1\r\nHost: a\r\n\r\n", 501, "unknown-method"),
                ("GET /v1/listings HTTP/1.1\r\n\r\n", 400, "bad-host"),
                ("GET /v1/listings HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "bad-host"),
                ("GET /v1/listings HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "bad-host"),
                ("GET /v1/listings?q=hündin HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-target"),
                ("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n", 414, "request-line-too-long"),
                ("GET / HTTP/1.1\r\nHost: a\r\nCookie: \(long)\r\n\r\n", 431, "fields-too-large"),
                (
                    "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 100) + "\r\n",
                    431,
                    "too-many-fields"
                ),
                (
                    "POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                    400,
                    "malformed-body"
                ),
                ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "unknown-version"),
                ("\u{16}\u{3}\u{1}", 400, "malformed-request-line"),
            ] as [(String, Int, String)]
        )
        func areRefusedWithAProblem(bytes: String, status: Int, kind: String) async throws {
            let stack = try SharedStack.current
            let answer = try await RawConversation.send(bytes, to: stack)
            let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
            try #require(parts.count == 2, "\(answer)")
            let head = parts[0].split(separator: "\r\n").map(String.init)
            #expect(head[0].hasPrefix("HTTP/1.1 \(status) "))
            #expect(head.contains("Content-Type: application/problem+json"))
            #expect(head.contains("Connection: close"))
            let problem = try StrictJSON.parse(Array(parts[1].utf8))
            #expect(problem["type"] == .string("urn:clowder:problem:\(kind)"))
            #expect(problem["status"] == .number("\(status)"))
            let id = try #require(head.first { $0.hasPrefix("X-Correlation-ID: ") }?.dropFirst(18))
            #expect(problem["correlationId"] == .string(String(id)))
        }

        @Test func keepTheCorrelationIDThatTheyBring() async throws {
            let request = "GET / HTTP/1.1\r\nX-Correlation-ID: lost-and-found\r\nHost: a\r\nHost: b\r\n\r\n"
            let answer = try await RawConversation.send(request, to: try SharedStack.current)
            #expect(answer.contains("\r\nX-Correlation-ID: lost-and-found\r\n"))
        }

        /// Requests of either way through the gateway, sent ahead and answered in their order.
        @Test func areToldFromRequestsThatAreSentAhead() async throws {
            let paths = ["/assets/forms.css", "/v1/listings?limit=1", "/docs", "/v1/nothing", "/v1/listings/none"]
            let requests = paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n" }.joined(separator: "\r\n")
            let answer = try await RawConversation.send(
                requests + "Connection: close\r\n\r\n",
                to: try SharedStack.current
            )
            let statuses = answer.matches(of: #/HTTP/1\.1 (\d\d\d) /#).map { Int($0.output.1) }
            #expect(statuses == [200, 200, 200, 404, 404])
        }

        @Test func doNotDisturbTheOnesBeforeThem() async throws {
            let good = "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
            let answer = try await RawConversation.send(good + "BREW / HTTP/1.1\r\n\r\n", to: try SharedStack.current)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("HTTP/1.1 501 Not Implemented\r\n"))
        }
    }
}
