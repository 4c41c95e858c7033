import AccessPolicy
import Discovery
import FoundationEssentials
import GatewayService
import MailWorkerContract
import SearchContract
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
            try await environment.connect(to: PublicAPI.services) { connections in
                makeGatewayApplication(
                    configuration: GatewayConfiguration(environment.settings),
                    connections: connections,
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
                    clock: ContinuousClock(),
                    now: { Date() }
                )
            }
        }
    }
}
