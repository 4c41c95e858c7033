import Messaging
import ServiceRuntime

/// The one place where the errors of this service become answers.
enum MailWorkerErrors {
    @Sendable
    static func problem(for error: any Error) -> Problem? {
        error is MessagingError ? .unavailable("The mail queue does not answer at the moment.") : nil
    }
}
