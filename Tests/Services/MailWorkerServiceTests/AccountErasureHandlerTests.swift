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
            let outcome = await AccountErasureHandler(messages: worker.queue).handle(claim(erasure))
            guard case .done = outcome else { throw UnexpectedOutcome(outcome: outcome) }
            let page = try await worker.queue.deadLetters(after: nil, limit: 100)
            let left = (1...13).map { "message-\($0 * 10)" } + ["unreadable"]
            #expect(Set(page.letters.map(\.message.id)) == Set(left))
        }
    }

    /// Mails that wait, wait for another try, or are being sent are erased as well, and come back from nowhere.
    @Test func removesMailsThatAreNotDeliveredYet() async throws {
        try await withMailWorker { worker in
            for id in ["claimed", "waiting"] {
                try await worker.enqueue(.sample(account: "account-1"), id: id)
            }
            try await worker.enqueue(.sample(account: "other"), id: "other")
            let held = try #require(
                try await worker.queue.claim(topic: MailJob.topic, limit: 1, lease: .seconds(60)).first
            )
            let erasure = try AccountErasure(accountID: "account-1").encoded()
            let outcome = await AccountErasureHandler(messages: worker.queue).handle(claim(erasure))
            guard case .done = outcome else { throw UnexpectedOutcome(outcome: outcome) }
            await #expect(throws: MessagingError.self) {
                try await worker.queue.retry(held, after: .zero, error: "the mailbox is full")
            }
            let left = try await worker.queue.claim(topic: MailJob.topic, limit: 10, lease: .seconds(60))
            #expect(left.map(\.message.id) == ["other"])
            let again = Message(id: "waiting", topic: MailJob.topic, body: [], headers: [:])
            #expect(try await worker.queue.enqueue(again, delay: .zero) == .duplicate)
        }
    }

    @Test func givesUpErasuresThatCannotBeRead() async throws {
        try await withMailWorker { worker in
            let outcome = await AccountErasureHandler(messages: worker.queue).handle(claim(Array("{}".utf8)))
            guard case .dead = outcome else { throw UnexpectedOutcome(outcome: outcome) }
        }
    }
}
