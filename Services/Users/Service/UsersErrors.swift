import HTTPTypes
import PasswordHashing
import SQLStorage
import ServiceRuntime

/// The one place where the errors of this service become answers.
enum UsersErrors {
    @Sendable
    static func problem(for error: any Error) -> Problem? {
        switch error {
        case let error as PasswordHashingError where error.code == .overloaded:
            .overloaded("Too many passwords are being checked at the moment.")
        case let error as PasswordHashingError where error.code == .unacceptablePassword:
            Problem(.unprocessableContent, kind: "invalid-input", error.message)
        case let error as SQLError: storeProblem(error)
        default: nil
        }
    }

    private static func storeProblem(_ error: SQLError) -> Problem {
        switch error.code {
        case .full: .unavailable("Nothing can be stored at the moment: the disk is full.", retryAfterSeconds: 30)
        case .unstorable:
            Problem(
                .badRequest,
                kind: "unstorable-text",
                "A text of the request has a character that cannot be stored."
            )
        default: .unavailable("The account store does not answer at the moment.")
        }
    }
}
