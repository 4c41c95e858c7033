import AccessPolicy
import Discovery
import FoundationEssentials
import GatewayService
import ServiceRuntime
import Tokens
import UsersContract

@main
enum Gateway {
    static func main() async {
        let process = ServiceProcess(
            name: ServiceName(known: "gateway"),
            summary: "the public door: routes, token checks and limits",
            settings: GatewayConfiguration.settings
        )
        await process.run { environment in
            let policy = try RolePolicy.standard()
            let configuration = try GatewayConfiguration(environment.settings, policy: policy)
            return try await environment.connect(to: configuration.services) { connections in
                makeGatewayApplication(
                    configuration: configuration,
                    connections: connections,
                    access: .remote(
                        verifier: AccessTokenVerifier(
                            issuer: UsersAddress.tokenIssuer,
                            audience: UsersAddress.tokenAudience
                        ),
                        issuer: connections.client(for: UsersAddress.name),
                        keySetPath: UsersAddress.keySetPath,
                        policy: policy,
                        now: { Date() }
                    ),
                    clock: ContinuousClock(),
                    now: { Date() }
                )
            }
        }
    }
}
