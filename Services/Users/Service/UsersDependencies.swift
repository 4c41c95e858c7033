package import FoundationEssentials
package import UsersDomain

/// What the users service does not make up itself: time, identifiers and randomness.
package struct UsersDependencies: Sendable {
    /// The wall clock.
    package var now: @Sendable () -> Date
    /// Makes identifiers that nobody can guess and that never repeat.
    package var makeID: @Sendable () -> String
    /// Makes secrets.
    package var makeToken: @Sendable () -> OpaqueToken

    package init(
        now: @escaping @Sendable () -> Date,
        makeID: @escaping @Sendable () -> String,
        makeToken: @escaping @Sendable () -> OpaqueToken
    ) {
        self.now = now
        self.makeID = makeID
        self.makeToken = makeToken
    }
}
