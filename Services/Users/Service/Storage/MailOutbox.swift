import Correlation
import GRDB
import MailWorkerContract
import Messaging
import ServiceContextModule

/// Writes mail jobs and erasures into the outbox, in the transaction of the change that causes them.
struct MailOutbox: Sendable {
    let outbox: SQLiteOutbox
    let makeID: @Sendable () -> String

    func append(_ job: MailJob, in database: Database) throws {
        try append(topic: MailJob.topic, body: try job.encoded(), in: database)
    }

    func append(_ erasure: AccountErasure, in database: Database) throws {
        try append(topic: AccountErasure.topic, body: try erasure.encoded(), in: database)
    }

    private func append(topic: String, body: [UInt8], in database: Database) throws {
        let headers = ServiceContext.current.map(CorrelationHeaders.messageHeaders) ?? [:]
        try outbox.append(Message(id: makeID(), topic: topic, body: body, headers: headers), in: database)
    }
}
