/// How long secrets are good for.
package enum TokenLifetimes {
    /// A token that confirms an address.
    package static let verification = Duration.seconds(24 * 3600)
    /// A token that sets a new password.
    package static let passwordReset = Duration.seconds(3600)
    /// A refresh token that is not used.
    package static let refreshIdle = Duration.seconds(7 * 24 * 3600)
    /// A session, however often it is refreshed.
    package static let session = Duration.seconds(30 * 24 * 3600)
}
