/// The version of this build.
enum BuildVersion {
    /// What `git describe` said when the executable was built, passed as the environment variable `CLOWDER_VERSION` of
    /// the process that runs it; `development` otherwise.
    static func current(environment: [String: String]) -> String {
        environment["CLOWDER_VERSION"] ?? "development"
    }
}
