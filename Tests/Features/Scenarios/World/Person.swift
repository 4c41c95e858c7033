/// Somebody who acts in a scenario.
struct Person: Sendable {
    /// The password of those whose scenario names none.
    static let usualPassword = "correct horse battery staple"

    var email: String
    var password: String
    var accessToken: String?
    /// Every refresh token so far, the newest last.
    var refreshTokens: [String] = []
}
