import Logging
import MailWorkerContract
import Messaging

/// Removes what is kept of an erased account: the dead letters of mails to it.
struct AccountErasureHandler: Sendable {
    private static let pageSize = 100

    let letters: any DeadLetterStore

    func handle(_ claim: Claim) async -> QueueConsumer.Outcome {
        let erasure: AccountErasure
        do {
            erasure = try AccountErasure(decoding: claim.message.body)
        } catch {
            return .dead("the erasure cannot be read: \(error)")
        }
        do {
            let count = try await erase(accountID: erasure.accountID)
            Logger.current.info("account erased from dead letters", metadata: ["count": .stringConvertible(count)])
            return .done
        } catch {
            return .retry("\(error)")
        }
    }

    private func erase(accountID: String) async throws -> Int {
        var count = 0
        var cursor: String?
        repeat {
            let page = try await letters.deadLetters(after: cursor, limit: Self.pageSize)
            for letter in page.letters where Self.accountID(of: letter) == accountID {
                if try await letters.delete(id: letter.message.id) { count += 1 }
            }
            cursor = page.nextCursor
        } while cursor != nil
        return count
    }

    private static func accountID(of letter: DeadLetter) -> String? {
        guard letter.message.topic == MailJob.topic else { return nil }
        // A letter that cannot be read names no account.
        return try? MailJob(decoding: letter.message.body).accountID
    }
}
