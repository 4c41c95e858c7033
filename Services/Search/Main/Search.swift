import AccessPolicy
import FoundationEssentials
import SearchContract
import SearchService
import ServiceRuntime
import Tokens
import UsersContract

@main
enum Search {
    static func main() async {
        let process = ServiceProcess(
            name: SearchAddress.name,
            summary: "listings, full-text search and imports",
            settings: SearchConfiguration.settings
        )
        await process.run { environment in
            try await environment.connect(to: [UsersAddress.name]) { connections in
                try await makeSearchApplication(
                    configuration: try SearchConfiguration(environment.settings),
                    access: .remote(
                        verifier: AccessTokenVerifier(
                            issuer: UsersAddress.tokenIssuer,
                            audience: UsersAddress.tokenAudience
                        ),
                        issuer: connections.client(for: UsersAddress.name),
                        keySetPath: UsersAddress.keySetPath,
                        policy: try RolePolicy.standard(),
                        now: { Date() }
                    ),
                    background: [connections],
                    clock: ContinuousClock()
                )
            }
        }
    }
}
