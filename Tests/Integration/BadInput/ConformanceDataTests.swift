import FoundationEssentials
import InputValidation
import LocalStack
import NIOHTTP1
import StackSupport
import TestSupport
import Testing

extension StackTests {
    /// Public collections of awkward input, sent to a running stack.
    @Suite(.enabled(if: ProjectFiles.runsConformance, "the conformance data is not beside the checkout"))
    struct ConformanceDataTests {
        /// Valid by the grammar, and refused by us: which of two members would count is anybody's guess (RFC 8259 section 4).
        private static let duplicates: Set = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"]

        /// All files of JSONTestSuite on one connection: `n_` never accepted, nothing ever answered with 5xx.
        @Test(.timeLimit(.minutes(2))) func answersEveryJSONFile() async throws {
            let files = try ProjectFiles.conformanceFiles(in: "json/test_parsing", ending: ".json")
            #expect(files.count == 318)
            try await HTTPConversation.with(SharedStack.current) { conversation in
                for file in files {
                    let name = String(try #require(file.split(separator: "/").last))
                    let answer = try await conversation.send(
                        "POST",
                        "/v1/sessions",
                        headers: ["Content-Type": "application/json"],
                        body: try ProjectFiles.read(file)
                    )
                    #expect(Self.statuses(of: name).contains(answer.status), "\(name): \(answer.status) \(answer.text)")
                }
            }
        }

        /// 422 is for what is JSON, but no log-in.
        private static func statuses(of file: String) -> Set<Int> {
            if file.hasPrefix("n_") { return [400, 413] }
            if file.hasPrefix("i_") { return [400, 422] }
            return duplicates.contains(file) ? [400] : [422]
        }

        private static func strings() throws -> [String] {
            let path = try #require(ProjectFiles.conformance) + "/strings/blns.json"
            return try JSONDecoder().decode([String].self, from: Data(try ProjectFiles.read(path)))
        }

        private func json(_ text: String) throws -> String {
            String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        }

        @Test(.timeLimit(.minutes(2))) func returnsEveryNaughtyListingByteForByteOrRefusesIt() async throws {
            let stack = try SharedStack.current
            let token = try await logIn("shelter", stack)
            var stored = 0
            try await HTTPConversation.with(stack) { conversation in
                for (index, text) in try Self.strings().enumerated() {
                    let path = "/v1/listings/naughty-\(index)"
                    let body = Array(
                        "{\"species\":\"cat\",\"name\":\(try json(text)),\"description\":\(try json(text))}".utf8
                    )
                    let headers = ["Content-Type": "application/json"]
                    let answer = try await conversation.send("PUT", path, headers: headers, body: body, token: token)
                    guard answer.status != 422 else { continue }
                    #expect(answer.status == 201, "\(index): \(answer.status) \(answer.text)")
                    let read = try await conversation.send("GET", path).json
                    #expect(bytes(read["name"]) == Array(text.utf8), "\(index)")
                    #expect(bytes(read["description"]) == Array(text.utf8), "\(index)")
                    stored += 1
                }
            }
            #expect(stored > 400)
        }

        @Test(.timeLimit(.minutes(2))) func returnsEveryNaughtyNameByteForByteOrRefusesIt() async throws {
            let stack = try SharedStack.current
            let token = try await logIn("member", stack)
            var stored = 0
            try await HTTPConversation.with(stack) { conversation in
                for (index, text) in try Self.strings().enumerated() {
                    let before = try await conversation.send("GET", "/v1/accounts/me", token: token)
                    let headers = [
                        "Content-Type": "application/json", "If-Match": try #require(before.headers["ETag"].first),
                    ]
                    let body = Array("{\"name\":\(try json(text))}".utf8)
                    let answer = try await conversation.send(
                        "PATCH",
                        "/v1/accounts/me",
                        headers: headers,
                        body: body,
                        token: token
                    )
                    guard answer.status != 422 else { continue }
                    #expect(answer.status == 200, "\(index): \(answer.status) \(answer.text)")
                    let read = try await conversation.send("GET", "/v1/accounts/me", token: token).json
                    #expect(bytes(read["name"]) == Array(text.utf8), "\(index)")
                    stored += 1
                }
            }
            #expect(stored > 400)
        }

        @Test(.timeLimit(.minutes(2))) func answersEveryNaughtyQuery() async throws {
            try await HTTPConversation.with(SharedStack.current) { conversation in
                for (index, text) in try Self.strings().enumerated() {
                    let query = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                    let answer = try await conversation.send("GET", "/v1/listings?q=\(query)")
                    #expect([200, 400].contains(answer.status), "\(index): \(answer.status) \(answer.text)")
                    if answer.status == 400 { #expect(try answer.json["detail"] != nil) }
                }
            }
        }

        @Test(.timeLimit(.minutes(2))) func takesEveryNaughtyAddressOrNamesTheField() async throws {
            try await HTTPConversation.with(SharedStack.current) { conversation in
                for (index, text) in try Self.strings().enumerated() {
                    let answer = try await conversation.send(
                        "POST",
                        "/v1/password-resets",
                        headers: ["Content-Type": "application/json"],
                        body: Array("{\"email\":\(try json(text))}".utf8)
                    )
                    #expect([202, 422].contains(answer.status), "\(index): \(answer.status) \(answer.text)")
                    if answer.status == 422 { #expect(try answer.pointers.contains("/email")) }
                }
            }
        }

        private func bytes(_ value: JSONValue?) -> [UInt8]? {
            guard case .string(let text)? = value else { return nil }
            return Array(text.utf8)
        }

        private func logIn(_ role: String, _ stack: LocalStack) async throws -> String {
            let account = try #require(try DemoAccount.read(stack.layout).first { $0.role == role })
            return try await GatewayClient(baseURL: stack.gatewayURL).logIn(
                email: account.email,
                password: account.password
            )
        }
    }
}
