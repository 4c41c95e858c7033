import FoundationEssentials
import Messaging

/// One message of the queue as the stream keeps it: all that is known of it, replaced as a whole by each change.
struct QueueRecord: Codable, Sendable {
    /// What can be done with the message.
    enum State: String, Codable, Sendable {
        case ready, leased, done, dead
    }

    /// What it takes to choose a message without reading it; it travels in a header field as well.
    struct Digest: Codable, Hashable, Sendable {
        /// The message's ID.
        var id: String
        /// The message's topic.
        var topic: String
        /// The state.
        var state: State
        /// When it can be claimed, when it was finished: in seconds since 1970.
        var time: Double
    }

    /// How many characters of the latest error are kept where there is no room for all.
    static let shortError = 100

    /// The ID, the topic, the state and its time.
    var digest: Digest
    /// When the message entered the queue, in seconds since 1970.
    var enqueuedAt: Double
    /// The number of the latest delivery since it was put into the queue.
    var attempt: Int
    /// Grows with each delivery.
    var fence: Int64
    /// Tells the change that made this record from all others.
    var change: String
    /// The message's headers.
    var headers: [String: String]
    /// The message's contents.
    var body: Data
    /// The latest errors, the oldest first.
    var failures: [DeadLetter.Failure]

    /// A new message.
    init(_ message: Message, at time: Double, due: Double) {
        digest = Digest(id: message.id, topic: message.topic, state: .ready, time: due)
        enqueuedAt = time
        attempt = 0
        fence = 0
        change = ""
        headers = message.headers
        body = Data(message.body)
        failures = []
    }

    /// The message itself.
    var message: Message {
        Message(id: digest.id, topic: digest.topic, body: Array(body), headers: headers)
    }

    /// The message as one that was given up.
    var letter: DeadLetter {
        DeadLetter(
            message: message,
            enqueuedAt: Date(timeIntervalSince1970: enqueuedAt),
            deadAt: Date(timeIntervalSince1970: digest.time),
            attempts: attempt,
            failures: failures
        )
    }

    /// Whether it can be claimed at a time.
    func isDue(at time: Double) -> Bool {
        (digest.state == .ready || digest.state == .leased) && digest.time <= time
    }

    /// Takes the message for a delivery.
    mutating func lease(until end: Double) {
        digest.state = .leased
        digest.time = end
        attempt += 1
        fence += 1
    }

    /// Ends the message's life; its ID stays known.
    mutating func finish(at time: Double) {
        digest.state = .done
        digest.time = time
        headers = [:]
        body = Data()
        failures = []
    }

    /// Adds an error to the history.
    mutating func fail(_ error: String, at time: Double) {
        let failure = DeadLetter.Failure(at: Date(timeIntervalSince1970: time), attempt: attempt, message: error)
        failures = (failures + [failure]).limited
    }

    /// Gives up errors for the record to become shorter: all but the beginning of the latest, then that as well.
    ///
    /// - Returns: Whether there were any.
    mutating func cutFailures() -> Bool {
        guard var latest = failures.last else { return false }
        latest.message = String(latest.message.prefix(Self.shortError))
        failures = failures == [latest] ? [] : [latest]
        return true
    }
}

/// The stream's subject of a message.
///
/// Letters, digits, `-` and `_` stand for themselves, any other byte for `=` and two hexadecimal digits.
enum RecordSubject {
    /// A server refuses a longer line, in which an answer's subject and two numbers stand besides.
    static let maximumLength = 2048

    static func make(stream: String, id: String) throws(MessagingError) -> String {
        var subject = stream + "."
        for byte in id.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"):
                subject.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                subject += "=" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        if id.isEmpty { subject += "=" }
        guard subject.utf8.count <= maximumLength else {
            throw MessagingError(
                .refused,
                "a message's ID of \(id.utf8.count) bytes is too long for a subject of NATS"
            )
        }
        return subject
    }
}

extension QueueRecord {
    /// This record under the name of a new change.
    func changed() -> QueueRecord {
        var record = self
        record.change =
            String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
        return record
    }
}
