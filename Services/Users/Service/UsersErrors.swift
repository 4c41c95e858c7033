import GRDB
import HTTPTypes
import PasswordHashing
import ServiceRuntime

/// The one place where the errors of this service become answers.
enum UsersErrors {
    @Sendable
    static func problem(for error: any Error) -> Problem? {
        switch error {
        case let error as PasswordHashingError where error.code == .overloaded:
            .unavailable("Too many passwords are being checked at the moment.")
        case let error as PasswordHashingError where error.code == .unacceptablePassword:
            Problem(.unprocessableContent, kind: "invalid-input", error.message)
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL:
            .unavailable("Nothing can be stored at the moment: the disk is full.", retryAfterSeconds: 30)
        case is DatabaseError:
            .unavailable("The account store does not answer at the moment.")
        default: nil
        }
    }
}
