import HTTPTypes
import InputValidation
import LocalStack

/// A request and its answer.
struct Exchange: Sendable, CustomStringConvertible {
    let method: String
    let path: String
    let body: String?
    let reply: GatewayClient.Reply

    /// The answer's body as JSON.
    var json: JSONValue {
        get throws { try StrictJSON.parse(reply.body) }
    }

    var description: String {
        let headers = reply.headers.map { "< \($0.name): \($0.value)" }.joined(separator: "\n")
        return """
            > \(method) \(path)
            > \(body ?? "(no body)")
            < \(reply.status)
            \(headers)
            < \(reply.text)
            """
    }
}
