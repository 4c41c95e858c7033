import FoundationEssentials
import HTTPTypes
import InMemoryLogging
import Logging
import MailWorkerContract
import Messaging
import SQLStorage
import SQLiteStorage
import ServiceTestSupport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DeadLetterRoutesTests {
    private static let path = MailWorkerAddress.deadLettersPath
    private let path = MailWorkerAddress.deadLettersPath
    private let operators: Set<String> = ["operator"]

    /// A worker with dead letters `message-1` to `message-5`, one a second.
    private func withDeadLetters(_ body: @Sendable (RunningMailWorker) async throws -> Void) async throws {
        try await withMailWorker { worker in
            for number in 1...5 {
                worker.time.advance(by: .seconds(1))
                let headers = ["X-Correlation-ID": "sign-up-\(number)"]
                let message = try MailJob.sample().message(id: "message-\(number)", headers: headers)
                try await worker.bury(message, error: "refused \(number)")
            }
            try await body(worker)
        }
    }

    private func page(_ worker: RunningMailWorker, _ query: String = "") async throws -> DeadLetterPageReply {
        let answer = try await worker.send(.get, path + query, roles: operators)
        try #require(answer.status == .ok)
        return try answer.decoded()
    }

    @Test func listsLettersTheLatestFirst() async throws {
        try await withDeadLetters { worker in
            let page = try await page(worker)
            #expect(page.items.map(\.id) == (1...5).reversed().map { "message-\($0)" })
            #expect(page.nextCursor == nil)
            let letter = try #require(page.items.first)
            #expect(letter.topic == MailJob.topic)
            #expect(letter.deadAt == worker.time.date)
            #expect(letter.attempts == 1)
            #expect(letter.recipient == "a***@example.org")
            #expect(letter.template == "verification")
            #expect(letter.correlationId == "sign-up-5")
            #expect(letter.lastError == "refused 5")
            #expect(letter.errors == nil)
        }
    }

    @Test(arguments: ["", "/message-1"])
    func showsNeitherTokenNorFullAddress(suffix: String) async throws {
        try await withDeadLetters { worker in
            let answer = try await worker.send(.get, path + suffix, roles: operators)
            #expect(answer.status == .ok)
            #expect(!answer.body.contains(MailJob.token))
            #expect(!answer.body.contains("ada@example.org"))
        }
    }

    @Test func walksThroughPages() async throws {
        try await withDeadLetters { worker in
            var ids: [[String]] = []
            var cursor: String?
            repeat {
                let page = try await page(worker, "?limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""))
                ids.append(page.items.map(\.id))
                cursor = page.nextCursor
            } while cursor != nil
            #expect(ids == [["message-5", "message-4"], ["message-3", "message-2"], ["message-1"]])
        }
    }

    @Test func answersAnEmptyPageWhenThereAreNone() async throws {
        try await withMailWorker { worker in
            let answer = try await worker.send(.get, path, roles: operators)
            #expect(answer.status == .ok)
            #expect(answer.body == #"{"items":[]}"#)
        }
    }

    @Test(arguments: [
        "?limit=0", "?limit=101", "?limit=x", "?cursor=!", "?cursor=%FF", "?cursor=eA", "?foo=1", "?limit=1&limit=2",
    ])
    func refusesBadQueries(query: String) async throws {
        try await withDeadLetters { worker in
            let answer = try await worker.send(.get, path + query, roles: operators)
            #expect(answer.status == .badRequest)
            #expect(answer.headers[.contentType] == "application/problem+json")
        }
    }

    @Test func showsALetterWithItsHistory() async throws {
        try await withDeadLetters { worker in
            #expect(try await worker.queue.replay(id: "message-2"))
            worker.time.advance(by: .seconds(10))
            let claim = try #require(
                try await worker.queue.claim(topic: MailJob.topic, limit: 1, lease: .seconds(60)).first
            )
            try await worker.queue.bury(claim, error: "refused again")
            let answer = try await worker.send(.get, path + "/message-2", roles: operators)
            #expect(answer.status == .ok)
            let letter: DeadLetterReply = try answer.decoded()
            #expect(letter.errors?.map(\.message) == ["refused 2", "refused again"])
            #expect(letter.errors?.last?.at == worker.time.date)
            #expect(letter.lastError == "refused again")
        }
    }

    @Test func replaysOneLetter() async throws {
        try await withDeadLetters { worker in
            let answer = try await worker.send(.post, path + "/message-3/replay", roles: operators)
            #expect(answer.status == .accepted)
            #expect(answer.body == #"{"replayed":1}"#)
            #expect(try await page(worker).items.map(\.id).contains("message-3") == false)
            let claims = try await worker.queue.claim(topic: MailJob.topic, limit: 10, lease: .seconds(60))
            #expect(claims.map(\.message.id) == ["message-3"])
            #expect(claims.map(\.attempt) == [1])
            let again = try await worker.send(.post, path + "/message-3/replay", roles: operators)
            #expect(again.status == .notFound)
        }
    }

    @Test func replaysAllLetters() async throws {
        try await withDeadLetters { worker in
            let answer = try await worker.send(.post, path + "/replay", roles: operators)
            #expect(answer.status == .accepted)
            #expect(answer.body == #"{"replayed":5}"#)
            #expect(try await page(worker).items.isEmpty)
            #expect(try await worker.queue.depth().ready == 5)
            #expect(try await worker.send(.post, path + "/replay", roles: operators).body == #"{"replayed":0}"#)
        }
    }

    @Test func removesALetterForGood() async throws {
        try await withDeadLetters { worker in
            let answer = try await worker.send(.delete, path + "/message-4", roles: operators)
            #expect(answer.status == .noContent)
            #expect(try await worker.send(.delete, path + "/message-4", roles: operators).status == .notFound)
            #expect(try await worker.send(.get, path + "/message-4", roles: operators).status == .notFound)
            try await worker.enqueue(.sample(), id: "message-4")
            #expect(try await worker.queue.depth().ready == 0)
        }
    }

    /// Who changes what is told before and after, under the request's correlation ID, and that nothing was there as well.
    @Test(arguments: [
        (
            HTTPRequest.Method.post, "/message-3/replay", ["replaying a dead letter", "dead letter replayed"],
            ["message.id": "message-3", "count": "1"]
        ),
        (
            .delete, "/message-3", ["removing a dead letter", "dead letter removed"],
            ["message.id": "message-3", "count": "1"]
        ),
        (.post, "/replay", ["replaying all dead letters", "all dead letters replayed"], ["count": "5"]),
    ])
    func tellsWhoChangesWhat(
        method: HTTPRequest.Method,
        suffix: String,
        messages: [String],
        facts: [String: String]
    ) async throws {
        try await withDeadLetters { worker in
            for id in ["first-change", "second-change"] {
                _ = try await worker.send(method, path + suffix, roles: operators, correlationID: id)
            }
            let first = worker.audit(of: "first-change")
            #expect(first.map { "\($0.level) \($0.message)" } == messages.map { "notice \($0)" })
            for (key, value) in facts { #expect(first.last?.metadata[key].map { "\($0)" } == value) }
            #expect(first.first?.metadata["message.id"] == first.last?.metadata["message.id"])
            let second = worker.audit(of: "second-change")
            #expect(second.map { "\($0.message)" } == [messages[0], "no dead letter changed"])
            #expect((first + second).allSatisfy { $0.metadata["account.id"] == "account-1" })
        }
    }

    /// What fails may have changed something: who asked for it is told all the same.
    @Test(
        arguments: [
            (HTTPRequest.Method.post, "/message-3/replay", "message-3", "it may be replayed all the same"),
            (.delete, "/message-3", "message-3", "it may be removed all the same"),
            (.post, "/replay", nil, "some may be replayed"),
        ] as [(HTTPRequest.Method, String, String?, String)]
    )
    func tellsWhoAskedForWhatFailed(
        method: HTTPRequest.Method,
        suffix: String,
        messageID: String?,
        words: String
    ) async throws {
        try await withDeadLetters { worker in
            let queue = try SQLiteDatabase.open(worker.directory + "/queue.sqlite", migrations: [])
            _ = try await queue.write { try $0.execute("ALTER TABLE message RENAME TO broken") }
            let answer = try await worker.send(method, path + suffix, roles: operators, correlationID: "change")
            #expect(answer.status == .serviceUnavailable)
            let lines = worker.audit(of: "change")
            #expect(lines.map(\.level) == [.notice, .warning])
            #expect(lines.last?.message.description.hasSuffix("failed; " + words) == true)
            #expect(lines.last?.metadata["error"]?.description.contains("message") == true)
            #expect(lines.allSatisfy { $0.metadata["account.id"] == "account-1" })
            #expect(lines.allSatisfy { $0.metadata["message.id"]?.description == messageID })
        }
    }

    @Test(
        arguments: [
            (HTTPRequest.Method.get, path, 200), (.get, path + "/message-1", 200), (.post, path + "/replay", 202),
            (.post, path + "/message-1/replay", 202), (.delete, path + "/message-1", 204),
        ],
        [[], ["shelter"], ["operator"], ["admin"], nil] as [Set<String>?]
    )
    func letsOperatorsAndAdministratorsIn(call: (HTTPRequest.Method, String, Int), roles: Set<String>?) async throws {
        let isAllowed = roles?.isDisjoint(with: ["operator", "admin"]) == false
        try await withDeadLetters { worker in
            let answer = try await worker.send(call.0, call.1, roles: roles)
            #expect(answer.status.code == (isAllowed ? call.2 : roles == nil ? 401 : 403))
            if !isAllowed { #expect(try await worker.queue.depth().dead == 5) }
        }
    }

    @Test(arguments: [(HTTPRequest.Method.get, ""), (.post, "/replay"), (.delete, "")])
    func answers404ForAnUnknownLetter(method: HTTPRequest.Method, suffix: String) async throws {
        try await withDeadLetters { worker in
            let answer = try await worker.send(method, path + "/unknown" + suffix, roles: operators)
            #expect(answer.status == .notFound)
            #expect(try answer.problem.detail == "There is no such dead letter.")
        }
    }

    /// No letters and no answer are two things.
    @Test func answers503WhileTheQueueCannotBeRead() async throws {
        try await withDeadLetters { worker in
            let queue = try SQLiteDatabase.open(worker.directory + "/queue.sqlite", migrations: [])
            _ = try await queue.write { try $0.execute("ALTER TABLE message RENAME TO broken") }
            let answer = try await worker.send(.get, path, roles: operators)
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.headers[.retryAfter] == "1")
            #expect(try answer.problem.type == "urn:clowder:problem:unavailable")
        }
    }
}

extension RunningMailWorker {
    /// What the log tells of who changed letters in a call.
    fileprivate func audit(of correlationID: String) -> [InMemoryLogHandler.Entry] {
        entries.filter { $0.metadata["account.id"] != nil && $0.metadata["correlation.id"] == "\(correlationID)" }
    }
}
