import FoundationEssentials
import HTTPTypes
import InputValidation
import LocalStack
import TestSupport

/// What the steps of one scenario share.
///
/// Everything that a scenario writes carries its own mark, so that scenarios on one stack do not see each other:
/// `ada@example.org` becomes `ada+mark@example.org`, `$board` in texts becomes `board-mark`.
final class ScenarioWorld {
    let stack: ScenarioStack
    let events: StackEvents
    /// The correlation ID of every request, unless a step sends another.
    let story: String
    let board: String
    private(set) var exchanges: [Exchange] = []
    /// The people of the scenario by their address as the scenario writes it.
    var people: [String: Person] = [:]
    /// Who sends the requests; nil for somebody who is not logged in.
    var token: String?
    /// The mail that the steps speak of.
    var mail: ReceivedMail?
    /// Texts that a step remembers for a later one.
    var notes: [String: String] = [:]
    /// The names of the animals that a walk over all pages saw.
    var seen: [String] = []
    private let mark: String
    private let gateway: GatewayClient

    init(stack: ScenarioStack, events: StackEvents) {
        self.stack = stack
        self.events = events
        mark = String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
        story = "story-\(mark)"
        board = "board-\(mark)"
        gateway = GatewayClient(baseURL: stack.gatewayURL)
    }

    /// An address of this scenario alone.
    func address(_ written: String) -> String {
        written.replacing("@", with: "+\(mark)@")
    }

    /// A text with this scenario's own names in it.
    func expand(_ text: String) -> String {
        text.replacing("$board", with: board).replacing("$story", with: story)
    }

    /// Sends a request with the scenario's correlation ID and whoever's token is current.
    @discardableResult
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        headers: [String: String] = [:],
        json: String? = nil
    ) async throws -> Exchange {
        let own = ["X-Correlation-ID": story].merging(headers) { $1 }
        let reply = try await gateway.send(method, path, headers: own, json: json, token: token)
        let exchange = Exchange(method: method.rawValue, path: path, body: json, reply: reply)
        exchanges.append(exchange)
        return exchange
    }

    /// The last request with its answer.
    var last: Exchange {
        get throws {
            guard let last = exchanges.last else { throw ExpectationFailed(description: "no request was sent yet") }
            return last
        }
    }

    /// A value of the last answer, by a path such as `items/0/name`; nil where there is none.
    func value(_ path: String) throws -> JSONValue? {
        var value = try last.json as JSONValue?
        for key in path.split(separator: "/") {
            if case .array(let elements)? = value {
                value = Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            } else {
                value = value?[String(key)]
            }
        }
        return value
    }

    /// Somebody who is already part of the scenario.
    func person(_ written: String) throws -> Person {
        guard let person = people[written] else { throw ExpectationFailed(description: "\(written) never signed up") }
        return person
    }

    /// Waits for a mail with this subject to an address.
    ///
    /// - Parameters:
    ///   - subject: The subject.
    ///   - written: The address as the scenario writes it.
    ///   - known: The `Message-ID` of a mail that is not meant.
    /// - Returns: The mail.
    /// - Throws: `PollingTimedOut` when none comes.
    func waitForMail(_ subject: String, to written: String, otherThan known: String? = nil) async throws -> ReceivedMail
    {
        try await eventually("a mail \(subject) to \(written)", every: stack.mailbox.pause) {
            try await stack.mailbox.mails(to: address(written)).first {
                $0.header("Subject") == subject && (known == nil || $0.header("Message-ID") != known)
            }
        }
    }
}

extension JSONValue {
    /// The value as a table cell would spell it.
    var spelled: String {
        switch self {
        case .string(let text): text
        case .number(let literal): literal
        case .bool(let flag): "\(flag)"
        case .null: "null"
        case .array(let elements): elements.map(\.spelled).joined(separator: ", ")
        case .object(let members): members.map { "\($0.key): \($0.value.spelled)" }.joined(separator: ", ")
        }
    }

    /// The elements of an array; none of anything else.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}
