import Hummingbird
import Messaging
import ServiceRuntime

/// The one place where the errors of this service become answers.
enum MailWorkerErrors {
    /// A cursor that this service did not give out.
    static let invalidCursor = Problem(.badRequest, kind: "invalid-query", "The cursor is not one of ours.")

    @Sendable
    static func problem(for error: any Error) -> Problem? {
        switch error {
        case let error as MessagingError where error.code == .invalidCursor: invalidCursor
        case is MessagingError: .unavailable("The mail queue does not answer at the moment.")
        default: nil
        }
    }
}
