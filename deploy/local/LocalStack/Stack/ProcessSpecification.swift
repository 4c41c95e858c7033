import FoundationEssentials

/// One process of a stack.
struct ProcessSpecification: Hashable, Sendable {
    /// Its service's name in the registry.
    let service: String
    /// Its own name: `search-2`.
    let name: String
    let executable: String
    let arguments: [String]

    /// The processes of a stack, in the order in which they are stopped: from the edge inwards.
    static func all(_ configuration: StackConfiguration) -> [Self] {
        let layout = configuration.layout
        let secrets = StackSecrets(layout: layout)
        let publicURL = "http://127.0.0.1:\(configuration.gatewayPort)"
        let queue = "sqlite:\(layout.data)/queue.sqlite"
        return replicas("gateway", 1, configuration, ["--http-port", "\(configuration.gatewayPort)"])
            + replicas(
                "search",
                configuration.search,
                configuration,
                [
                    "--database-url", "sqlite:\(layout.data)/search.sqlite",
                ]
            )
            + replicas(
                "users",
                configuration.users,
                configuration,
                [
                    "--database-url", "sqlite:\(layout.data)/users.sqlite", "--queue-url", queue,
                    "--password-pepper", secrets.pepper, "--keys-secret", secrets.keys,
                    "--bootstrap-accounts", layout.accounts,
                ]
            )
            + replicas(
                "mail-worker",
                1,
                configuration,
                [
                    "--queue-url", queue, "--mail-url", "maildir:\(layout.mail)", "--public-url", publicURL,
                ]
            )
    }

    /// Checks that everything that a stack starts is there.
    ///
    /// - Throws: `StackFailure` naming the first executable that is missing, and the way out.
    static func requireExecutables(of configuration: StackConfiguration) throws(StackFailure) {
        for executable in all(configuration).map(\.executable)
        where !FileManager.default.isExecutableFile(atPath: executable) {
            throw StackFailure("the executable \(executable) is missing; make build builds it")
        }
    }

    private static func replicas(
        _ service: String,
        _ count: Int,
        _ configuration: StackConfiguration,
        _ arguments: [String]
    ) -> [Self] {
        (1...max(1, count)).map { number in
            let name = "\(service)-\(number)"
            return Self(
                service: service,
                name: name,
                executable: "\(configuration.executables)/\(service)",
                arguments: [
                    "--registry-url", "lease-directory:\(configuration.layout.registry)", "--instance-id", name,
                    "--lifeline", "stdin", "--shutdown-lame-duck", "500ms",
                ] + arguments + (configuration.extraArguments[service] ?? [])
            )
        }
    }
}
