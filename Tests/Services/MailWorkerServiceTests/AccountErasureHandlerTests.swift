import MailWorkerContract
import Messaging
import Testing

@testable import MailWorkerService

@Suite(.timeLimit(.minutes(1))) struct AccountErasureHandlerTests {
    private func claim(_ body: [UInt8]) -> Claim {
        let message = Message(id: "erasure-1", topic: AccountErasure.topic, body: body, headers: [:])
        return Claim(message: message, attempt: 1, fence: 1)
    }

    /// More letters than one page has, so that removing and turning pages meet.
    @Test func removesEveryLetterOfTheAccountAndNoOther() async throws {
        try await withMailWorker { worker in
            for number in 1...130 {
                let account = number.isMultiple(of: 10) ? "other" : "account-1"
                try await worker.bury(try MailJob.sample(account: account).message(id: "message-\(number)"))
            }
            let unreadable = Message(id: "unreadable", topic: MailJob.topic, body: [0], headers: [:])
            try await worker.bury(unreadable)
            let erasure = try AccountErasure(accountID: "account-1").encoded()
            let outcome = await AccountErasureHandler(letters: worker.queue).handle(claim(erasure))
            guard case .done = outcome else { throw UnexpectedOutcome(outcome: outcome) }
            let page = try await worker.queue.deadLetters(after: nil, limit: 100)
            let left = (1...13).map { "message-\($0 * 10)" } + ["unreadable"]
            #expect(Set(page.letters.map(\.message.id)) == Set(left))
        }
    }

    @Test func givesUpErasuresThatCannotBeRead() async throws {
        try await withMailWorker { worker in
            let outcome = await AccountErasureHandler(letters: worker.queue).handle(claim(Array("{}".utf8)))
            guard case .dead = outcome else { throw UnexpectedOutcome(outcome: outcome) }
        }
    }
}
