import HTTPTypes
import SQLStorage
import ServiceRuntime

/// The one place where the errors of this service become answers.
enum SearchErrors {
    @Sendable
    static func problem(for error: any Error) -> Problem? {
        guard let error = error as? SQLError else { return nil }
        return switch error.code {
        case .full: .unavailable("Nothing can be stored at the moment: the disk is full.", retryAfterSeconds: 30)
        case .unstorable:
            Problem(
                .badRequest,
                kind: "unstorable-text",
                "A text of the request has a character that cannot be stored."
            )
        default: .unavailable("The listings cannot be read at the moment.")
        }
    }
}
