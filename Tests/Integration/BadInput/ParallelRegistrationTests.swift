import FoundationEssentials
import HTTPTypes
import LocalStack
import StackSupport
import TestSupport
import Testing

extension StackTests {
    /// Registrations of one address that arrive at the same moment, at two processes.
    @Suite struct ParallelRegistrationTests {
        @Test(.timeLimit(.minutes(1))) func makeOneAccount() async throws {
            let stack = try SharedStack.current
            let gateway = GatewayClient(baseURL: stack.gatewayURL)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        let json =
                            #"{"email":"twin@example.org","name":"Twin \#(number)","password":"password \#(number)"}"#
                        return try await gateway.send(.post, "/v1/accounts", json: json).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 202, count: 12))
            let tokens = try await eventually("12 mails") {
                let tokens = try mailTokens(in: stack.layout.mail)
                return tokens.count == 12 ? tokens : nil
            }
            // Had there been two accounts, a token of the other would still confirm it.
            var confirmed: [Int] = []
            for token in tokens {
                let reply = try await gateway.send(.post, "/v1/accounts/verify", json: #"{"token":"\#(token)"}"#)
                confirmed.append(reply.status)
            }
            #expect(confirmed == [200] + Array(repeating: 410, count: 11))
        }

        private func mailTokens(in folder: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }.compactMap {
                name in
                let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
                let text = String(decoding: data, as: UTF8.self).replacing("=\r\n", with: "").replacing(
                    "=3D",
                    with: "="
                )
                guard text.contains("To: <twin@example.org>"), let start = text.firstRange(of: "#token=") else {
                    return nil
                }
                return String(text[start.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
            }
        }
    }
}
