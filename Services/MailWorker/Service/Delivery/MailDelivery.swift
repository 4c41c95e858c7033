import Correlation
import FoundationEssentials
import InputValidation
import Logging
import Mail
import MailWorkerContract
import Messaging
import ServiceContextModule

/// Turns one queued job into one delivered mail.
struct MailDelivery: Sendable {
    let composer: MailComposer
    let transport: any MailTransport
    let now: @Sendable () -> Date

    func handle(_ claim: Claim) async -> QueueConsumer.Outcome {
        let job: MailJob
        do {
            job = try MailJob(decoding: claim.message.body)
        } catch {
            return .dead("the job cannot be read: \(error)")
        }
        guard let recipient = EmailAddress(job.recipient) else { return .dead("the recipient is no mail address") }
        do {
            let mail = try composer.compose(
                job,
                id: claim.message.id,
                correlationID: ServiceContext.current?.correlationID,
                date: now()
            )
            try await transport.deliver(mail)
        } catch {
            return error.permanence == .permanent ? .dead(error.description) : .retry(error.description)
        }
        Logger.current.info(
            "mail delivered",
            metadata: [
                "message.id": "\(claim.message.id)", "mail.template": "\(job.template.rawValue)",
                "mail.recipient": "\(recipient.masked)", "attempt": .stringConvertible(claim.attempt),
            ]
        )
        return .done
    }
}
