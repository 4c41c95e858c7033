import FoundationEssentials
import Messaging

// What is sent to and from `$JS.API`; the names in JSON are the same in snake case.

/// Why JetStream did not do what it was asked.
struct APIError: Error, Decodable, Sendable {
    /// There is no message with this number or subject.
    static let noMessage = 10037
    /// A message could not be removed.
    static let deleteFailed = 10057
    /// The message is longer than the stream takes.
    static let tooLong = 10054
    /// There is a stream of this name, and it is another one.
    static let nameInUse = 10058
    /// There is a stream of one of the subjects: another one, or the same one, made at this moment by somebody else.
    static let subjectsOverlap = 10065
    /// There is no such stream.
    static let noStream = 10059
    /// The subject has been written to since, or is being written to.
    static let wrongLastSequence = [10071, 10164]
    /// The same change is being made already.
    static let duplicateInProgress = 10158

    /// The number that tells errors apart.
    var code: Int
    /// The reason for people.
    var description: String
    private var failure: MessagingError?

    private enum CodingKeys: String, CodingKey {
        case errCode, description
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decodeIfPresent(Int.self, forKey: .errCode) ?? 0
        description = try container.decodeIfPresent(String.self, forKey: .description) ?? "no reason given"
    }

    /// A request that was not answered.
    init(_ error: MessagingError) {
        code = 0
        description = error.description
        failure = error
    }

    var asMessagingError: MessagingError {
        if code == Self.noStream { return MessagingError(.unavailable, "NATS has no such stream", cause: NoStream()) }
        return failure
            ?? MessagingError(
                code == Self.tooLong ? .refused : .unavailable,
                "NATS refused it",
                cause: Refusal("\(description) (\(code))")
            )
    }
}

/// Marks that there is no stream, as far as the server knows.
struct NoStream: Error, CustomStringConvertible {
    let description = "the stream is made anew by whoever uses it next"
}

/// Why something was refused that asking again does not mend.
struct Refusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// An answer, which may be an error.
protocol APIReply: Decodable, Sendable {
    var error: APIError? { get }
}

struct Nothing: Encodable {}

struct StreamConfiguration: Codable {
    var name: String
    var subjects: [String]?
    var maxMsgsPerSubject: Int?
    var storage: String?
    var retention: String?
    var discard: String?
    var numReplicas: Int?
    var duplicateWindow: UInt64?
    var maxAge: UInt64?
    var denyDelete: Bool?
}

struct StreamReply: APIReply {
    struct State: Decodable, Sendable {
        var lastSeq: UInt64
    }

    var error: APIError?
    var created: String?
    var config: StreamConfiguration?
    var state: State?
}

struct MessageRequest: Encodable {
    var seq: UInt64?
    var lastBySubj: String?
    var nextBySubj: String?
}

struct MessageReply: APIReply {
    struct Message: Decodable, Sendable {
        var seq: UInt64
        var data: Data?
    }

    var error: APIError?
    var message: Message?
}

struct PublishReply: Decodable, Sendable {
    var error: APIError?
    var seq: UInt64
}

struct DeleteRequest: Encodable {
    var seq: UInt64
    var noErase: Bool
}

struct DoneReply: APIReply {
    var error: APIError?
}

struct ConsumerConfiguration: Encodable {
    var deliverSubject: String
    var deliverPolicy: String
    var optStartSeq: UInt64?
    var ackPolicy: String
    var replayPolicy: String
    var maxDeliver: Int
    var headersOnly: Bool
    var flowControl: Bool
    var idleHeartbeat: UInt64
    var memStorage: Bool
    var numReplicas: Int
}

struct ConsumerRequest: Encodable {
    var streamName: String
    var config: ConsumerConfiguration
}

struct ConsumerReply: APIReply {
    var error: APIError?
    var numPending: Int?
}
