package import Discovery

/// How the users service is found and what it answers.
package enum UsersAddress {
    /// Its name in the registry.
    package static let name = ServiceName(known: "users")
    /// The published key set's path.
    package static let keySetPath = "/.well-known/jwks.json"
    /// The `iss` of access tokens.
    package static let tokenIssuer = "clowder-users"
    /// The `aud` of access tokens.
    package static let tokenAudience = "clowder"
}
