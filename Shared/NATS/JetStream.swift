import FoundationEssentials
import Messaging

/// The requests to one stream, as JetStream's wire protocol has them (NATS architecture decision record 31 and the
/// schemas `io.nats.jetstream.api.v1`).
struct JetStream: Sendable {
    /// What the server says of a stream.
    struct Info: Sendable {
        /// When the stream was made, as the server writes it; another one is another stream.
        var created: String
        /// The number of the last change.
        var lastSequence: UInt64
    }

    /// A record and the number of the change that made it.
    struct Stored: Sendable {
        var sequence: UInt64
        var record: QueueRecord
    }

    /// A change whose contents are no record.
    struct Unreadable: Error, CustomStringConvertible {
        let sequence: UInt64
        let reason: String
        var description: String { "change \(sequence): \(reason)" }
    }

    /// What became of a change.
    enum Outcome: Sendable {
        /// It was made, under this number.
        case stored(UInt64)
        /// The record had been changed before.
        case conflict
    }

    /// The header field with a record's digest.
    static let digestField = "Clowder-Message"
    /// How long the server remembers which changes it made.
    static let changeWindow = Duration.seconds(120)

    /// What a new record may grow by: a claim, and twenty errors of five hundred characters.
    static let reserve = 64 * 1024

    let connection: NATSConnection
    let address: JetStreamAddress

    // MARK: The stream

    /// Makes the stream when there is none; one that somebody else made is taken when it keeps what it gets.
    func ensureStream() async throws(MessagingError) {
        let wanted = StreamConfiguration(
            name: address.stream,
            subjects: [address.stream + ".*"],
            maxMsgsPerSubject: 1,
            storage: "file",
            retention: "limits",
            discard: "new",
            numReplicas: address.replicas,
            duplicateWindow: UInt64(Self.changeWindow / .nanoseconds(1)),
            maxAge: 0
        )
        do throws(APIError) {
            let _: StreamReply = try await call("STREAM.CREATE", wanted)
        } catch {
            guard [APIError.nameInUse, APIError.subjectsOverlap].contains(error.code) else {
                throw error.asMessagingError
            }
            let found: StreamConfiguration?
            do throws(APIError) {
                let reply: StreamReply = try await call("STREAM.INFO", Nothing())
                found = reply.config
            } catch let reason {
                // Of a stream with these subjects and another name there is nothing to be asked.
                throw reason.code == APIError.noStream ? error.asMessagingError : reason.asMessagingError
            }
            guard let found, found.subjects == wanted.subjects, found.maxMsgsPerSubject == 1, found.maxAge ?? 0 == 0,
                found.storage == wanted.storage, found.retention == wanted.retention,
                found.discard == wanted.discard, found.denyDelete != true
            else {
                throw MessagingError(
                    .unavailable,
                    "the stream \(address.stream) is not the queue's; name another in the URL: nats://HOST:PORT/STREAM"
                )
            }
        }
    }

    /// What there is in the stream at this moment, as its leader knows it.
    func info() async throws(MessagingError) -> Info {
        let reply = try await streamReply()
        return Info(created: reply.created ?? "", lastSequence: reply.state?.lastSeq ?? 0)
    }

    private func streamReply() async throws(MessagingError) -> StreamReply {
        do throws(APIError) { return try await call("STREAM.INFO", Nothing()) } catch { throw error.asMessagingError }
    }

    // MARK: Records

    /// A message's record, from the stream's leader; nil when there is none.
    func record(id: String) async throws(MessagingError) -> Stored? {
        let subject = try RecordSubject.make(stream: address.stream, id: id)
        return try await stored(MessageRequest(lastBySubj: subject))
    }

    /// The first record that was changed at a number or after it; nil when there is none.
    func record(from sequence: UInt64) async throws(MessagingError) -> Stored? {
        try await stored(MessageRequest(seq: max(1, sequence), nextBySubj: address.stream + ".*"))
    }

    private func stored(_ request: MessageRequest) async throws(MessagingError) -> Stored? {
        let reply: MessageReply
        do throws(APIError) {
            reply = try await call("STREAM.MSG.GET", request)
        } catch {
            if error.code == APIError.noMessage { return nil }
            throw error.asMessagingError
        }
        guard let message = reply.message else { throw MessagingError(.unavailable, "NATS answered without a message") }
        do {
            let record = try JSONDecoder().decode(QueueRecord.self, from: message.data ?? Data())
            return Stored(sequence: message.seq, record: record)
        } catch {
            let unreadable = Unreadable(sequence: message.seq, reason: "\(error)")
            throw MessagingError(.unavailable, "the stream has something else than a message", cause: unreadable)
        }
    }

    /// Replaces a record unless somebody has done so since.
    ///
    /// A change whose answer got lost is sent again under the same `Nats-Msg-Id` until the time is over.
    /// - Parameters:
    ///   - record: The new record; its ``QueueRecord/change`` tells this change from others.
    ///   - sequence: The number of the change that made the old one; 0 when there is to be none.
    /// - Returns: Whether it was made.
    /// - Throws: ``MessagingError`` when it is unknown whether the change was made, or it was refused.
    func replace(_ record: QueueRecord, at sequence: UInt64) async throws(MessagingError) -> Outcome {
        let subject = try RecordSubject.make(stream: address.stream, id: record.digest.id)
        let fields = [
            ("Nats-Expected-Last-Subject-Sequence", "\(sequence)"),
            ("Nats-Msg-Id", record.change),
            (Self.digestField, String(decoding: try Self.encode(record.digest, names: .useDefaultKeys), as: UTF8.self)),
        ]
        let body = Array(try Self.encode(record, names: .useDefaultKeys))
        let end = ContinuousClock.now + NATSSettings.changeLimit
        var isRepeated = false
        while true {
            do throws(MessagingError) {
                let reserve = sequence == 0 ? Self.reserve : 0
                let reply = try await connection.request(subject, fields: fields, body: body, reserve: reserve)
                return try await outcome(of: try Self.decode(reply), record, isRepeated: isRepeated)
            } catch {
                guard !(error.cause is Refusal), !(error.cause is NoStream), ContinuousClock.now < end,
                    !Task.isCancelled
                else { throw error }
                isRepeated = true
                // Throws on cancellation only, which the loop looks at.
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private func outcome(
        of reply: PublishReply,
        _ record: QueueRecord,
        isRepeated: Bool
    ) async throws(MessagingError) -> Outcome {
        guard let error = reply.error else { return .stored(reply.seq) }
        guard error.code != APIError.duplicateInProgress else { throw MessagingError(.unavailable, error.description) }
        guard APIError.wrongLastSequence.contains(error.code) else { throw error.asMessagingError }
        // A server that was killed may not know any more that it made this change.
        guard isRepeated, let found = try await self.record(id: record.digest.id) else { return .conflict }
        return found.record.change == record.change ? .stored(found.sequence) : .conflict
    }

    /// Removes the record that a change made; nothing when it has been replaced.
    func remove(_ sequence: UInt64) async throws(MessagingError) {
        do throws(APIError) {
            let _: DoneReply = try await call("STREAM.MSG.DELETE", DeleteRequest(seq: sequence, noErase: true))
        } catch {
            // It is gone, which is what was wanted.
            guard error.code == APIError.noMessage || error.code == APIError.deleteFailed else {
                throw error.asMessagingError
            }
        }
    }

    // MARK: Watching

    /// Has the digests of all changes from a number on sent to a subject, in order.
    ///
    /// - Returns: How many there are already.
    func watch(from sequence: UInt64, to subject: String) async throws(MessagingError) -> Int {
        let configuration = ConsumerConfiguration(
            deliverSubject: subject,
            deliverPolicy: sequence <= 1 ? "all" : "by_start_sequence",
            optStartSeq: sequence <= 1 ? nil : sequence,
            ackPolicy: "none",
            replayPolicy: "instant",
            maxDeliver: 1,
            headersOnly: true,
            flowControl: true,
            idleHeartbeat: 2_000_000_000,
            memStorage: true,
            numReplicas: 1
        )
        do throws(APIError) {
            let reply: ConsumerReply = try await call(
                "CONSUMER.CREATE",
                ConsumerRequest(streamName: address.stream, config: configuration)
            )
            return reply.numPending ?? 0
        } catch {
            throw error.asMessagingError
        }
    }

    // MARK: Calls

    private func call<Reply: APIReply>(_ name: String, _ request: some Encodable) async throws(APIError) -> Reply {
        let reply: Reply
        do throws(MessagingError) {
            let body = Array(try Self.encode(request))
            reply = try Self.decode(try await connection.request("$JS.API.\(name).\(address.stream)", body: body))
        } catch {
            throw APIError(error)
        }
        if let error = reply.error { throw error }
        return reply
    }

    private static func encode(
        _ value: some Encodable,
        names: JSONEncoder.KeyEncodingStrategy = .convertToSnakeCase
    ) throws(MessagingError) -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = names
        do { return try encoder.encode(value) } catch {
            throw MessagingError(.unavailable, "a request to NATS cannot be written", cause: error)
        }
    }

    private static func decode<Value: Decodable>(_ bytes: [UInt8]) throws(MessagingError) -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(Value.self, from: Data(bytes)) } catch {
            throw MessagingError(.unavailable, "NATS answered what cannot be read", cause: error)
        }
    }
}
