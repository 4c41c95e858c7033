import HTTPTypes
import LocalStack

/// The mails that Mailpit has taken, read through its API.
struct Mailpit: Mailbox {
    /// A page of a search; there are never as many mails to the address of one scenario.
    private static let limit = 100

    private struct Page: Decodable {
        struct Message: Decodable {
            var id: String

            private enum CodingKeys: String, CodingKey {
                case id = "ID"
            }
        }
        var messages: [Message]
    }

    let url: String

    let pause = Duration.milliseconds(100)

    func mails(to address: String) async throws -> [ReceivedMail] {
        let query = SearchSteps.encoded("to:\(address)")
        let page = try await ask("/api/v1/search?query=\(query)&limit=\(Self.limit)").decode(Page.self)
        var mails: [ReceivedMail] = []
        for message in page.messages {
            mails.append(ReceivedMail(text: try await ask("/api/v1/message/\(message.id)/raw").text))
        }
        // The search finds parts of addresses, too.
        return mails.filter { $0.header("To") == "<\(address)>" }
    }

    private func ask(_ path: String) async throws -> GatewayClient.Reply {
        let reply = try await GatewayClient(baseURL: url).send(.get, path)
        guard reply.status == 200 else {
            throw ExpectationFailed(description: "the mails at \(url) answer \(reply.status): \(reply.text)")
        }
        return reply
    }
}
