import Logging
import MailWorkerContract
import Messaging

/// Removes what is kept of an erased account: mails to it that wait, and those that were given up.
struct AccountErasureHandler: Sendable {
    let messages: any MessageErasure

    func handle(_ claim: Claim) async -> QueueConsumer.Outcome {
        let erasure: AccountErasure
        do {
            erasure = try AccountErasure(decoding: claim.message.body)
        } catch {
            return .dead("the erasure cannot be read: \(error)")
        }
        do {
            let count = try await messages.erase(topic: MailJob.topic) { Self.accountID(of: $0) == erasure.accountID }
            Logger.current.info("account erased from the queue", metadata: ["count": .stringConvertible(count)])
            return .done
        } catch {
            return .retry("\(error)")
        }
    }

    private static func accountID(of message: Message) -> String? {
        // A job that cannot be read names no account.
        try? MailJob(decoding: message.body).accountID
    }
}
