import GRDB
import ServiceRuntime

/// The one place where the errors of this service become answers.
enum SearchErrors {
    @Sendable
    static func problem(for error: any Error) -> Problem? {
        switch error {
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL:
            .unavailable("Nothing can be stored at the moment: the disk is full.", retryAfterSeconds: 30)
        case is DatabaseError: .unavailable("The listings cannot be read at the moment.")
        default: nil
        }
    }
}
