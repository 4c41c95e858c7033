import Correlation
import MailWorkerContract
import Messaging
import SQLStorage
import ServiceContextModule

/// Writes mail jobs and erasures into the outbox, in the transaction of the change that causes them.
struct MailOutbox: Sendable {
    let outbox: SQLOutbox
    let makeID: @Sendable () -> String

    func append(_ job: MailJob, in session: any SQLSession) throws {
        try append(topic: MailJob.topic, body: try job.encoded(), in: session)
    }

    func append(_ erasure: AccountErasure, in session: any SQLSession) throws {
        try append(topic: AccountErasure.topic, body: try erasure.encoded(), in: session)
    }

    /// Takes back the mails to an account that are not on their way yet.
    func discardMails(to accountID: String, in session: any SQLSession) throws {
        try outbox.discard(topic: MailJob.topic, containing: "\"\(accountID)\"", in: session)
    }

    private func append(topic: String, body: [UInt8], in session: any SQLSession) throws {
        let headers = ServiceContext.current.map(CorrelationHeaders.messageHeaders) ?? [:]
        try outbox.append(Message(id: makeID(), topic: topic, body: body, headers: headers), in: session)
    }
}
