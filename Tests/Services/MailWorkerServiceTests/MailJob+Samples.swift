import MailWorkerContract
import Messaging

extension MailJob {
    static let token = "kq3Xh0y9-token-of-this-job"

    /// A job for Ada.
    static func sample(
        _ template: Template = .verification,
        account: String = "account-1",
        recipient: String = "ada@example.org",
        name: String = "Ada"
    ) -> MailJob {
        let hasToken = template == .verification || template == .passwordReset
        return MailJob(
            template: template,
            accountID: account,
            recipient: recipient,
            name: name,
            token: hasToken ? token : nil
        )
    }

    /// The job as a message of the queue.
    func message(id: String, headers: [String: String] = [:]) throws -> Message {
        Message(id: id, topic: Self.topic, body: try encoded(), headers: headers)
    }
}
