import AccessPolicy
import Hummingbird
import InputValidation
import MailWorkerContract
import Messaging
import ServiceRuntime
import Tokens

/// Looking at dead letters, replaying and removing them; who changes one is told by ``DeadLetterAudit``.
struct DeadLetterRoutes: Sendable {
    private static let defaultLimit = 20
    private static let limits = 1...100

    let letters: any DeadLetterStore
    let access: AccessGuard

    func add(to router: Router<ServiceRequestContext>) {
        let path = RouterPath(MailWorkerAddress.deadLettersPath)
        router.get(path) { request, _ in try await list(request) }
        router.post(path.appendingPath("replay")) { request, _ in try await replayAll(request) }
        router.get(path.appendingPath(":id")) { request, context in try await show(request, context) }
        router.post(path.appendingPath(":id/replay")) { request, context in try await replay(request, context) }
        router.delete(path.appendingPath(":id")) { request, context in try await delete(request, context) }
    }

    private func list(_ request: Request) async throws -> Response {
        try await access.require(Permission("read", "dead-letter"), of: request)
        let parameters = try QueryParameters.parse(request)
        try requireKnown(parameters.map(\.name))
        let limit = try limit(parameters)
        let cursor = try parameters.first { $0.name == "cursor" }.map { parameter in
            guard let position = PageCursor.decode(parameter.value) else {
                throw MailWorkerErrors.invalidCursor
            }
            return position
        }
        let page = try await letters.deadLetters(after: cursor, limit: limit)
        return JSONReply.make(
            DeadLetterPageReply(
                items: page.letters.map { DeadLetterReply($0) },
                nextCursor: page.nextCursor.map(PageCursor.encode)
            )
        )
    }

    private func requireKnown(_ names: [String]) throws(Problem) {
        for (index, name) in names.enumerated() {
            guard ["cursor", "limit"].contains(name) else {
                throw Problem(.badRequest, kind: "invalid-query", "\(name) is no parameter here; cursor and limit are.")
            }
            guard !names[..<index].contains(name) else {
                throw Problem(.badRequest, kind: "invalid-query", "\(name) must be there only once.")
            }
        }
    }

    private func limit(_ parameters: [(name: String, value: String)]) throws -> Int {
        guard let parameter = parameters.first(where: { $0.name == "limit" }) else { return Self.defaultLimit }
        guard let limit = Int(parameter.value), Self.limits.contains(limit) else {
            throw Problem(.badRequest, kind: "invalid-query", "limit must be a whole number from 1 to 100.")
        }
        return limit
    }

    private func show(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await access.require(Permission("read", "dead-letter"), of: request)
        guard let letter = try await letters.deadLetter(id: try context.parameters.require("id")) else {
            throw Problem.notFound("dead letter")
        }
        var reply = DeadLetterReply(letter)
        reply.errors = letter.failures.map { .init(at: $0.at, attempt: $0.attempt, message: $0.message) }
        return JSONReply.make(reply)
    }

    private func replay(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let caller = try await access.requireCaller(Permission("replay", "dead-letter"), of: request)
        let id = try context.parameters.require("id")
        let audit = DeadLetterAudit(.replay, by: caller.accountID, of: id)
        let isReplayed =
            try await audit.follow { () async throws(MessagingError) in
                try await letters.replay(id: id) ? 1 : 0
            } == 1
        guard isReplayed else { throw Problem.notFound("dead letter") }
        return JSONReply.make(ReplayReply(replayed: 1), status: .accepted)
    }

    private func replayAll(_ request: Request) async throws -> Response {
        let caller = try await access.requireCaller(Permission("replay", "dead-letter"), of: request)
        let audit = DeadLetterAudit(.replayAll, by: caller.accountID)
        let count = try await audit.follow { () async throws(MessagingError) in try await letters.replayAll() }
        return JSONReply.make(ReplayReply(replayed: count), status: .accepted)
    }

    private func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let caller = try await access.requireCaller(Permission("delete", "dead-letter"), of: request)
        let id = try context.parameters.require("id")
        let audit = DeadLetterAudit(.delete, by: caller.accountID, of: id)
        let isDeleted =
            try await audit.follow { () async throws(MessagingError) in
                try await letters.delete(id: id) ? 1 : 0
            } == 1
        guard isDeleted else { throw Problem.notFound("dead letter") }
        return Response(status: .noContent)
    }
}

extension DeadLetterReply {
    /// A letter without its body, which holds a token, and with its recipient masked.
    init(_ letter: DeadLetter) {
        self.init(
            id: letter.message.id,
            topic: letter.message.topic,
            enqueuedAt: letter.enqueuedAt,
            deadAt: letter.deadAt,
            attempts: letter.attempts
        )
        // A letter that cannot be read has neither recipient nor template.
        let job = try? MailJob(decoding: letter.message.body)
        recipient = job.flatMap { EmailAddress($0.recipient)?.masked }
        template = job?.template.rawValue
        correlationId = letter.message.headers["X-Correlation-ID"]
        lastError = letter.failures.last?.message
    }
}
