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
            settings: []
        )
        await process.run { environment in
            let services = [UsersAddress.name, SearchAddress.name, MailWorkerAddress.name]
            return try await environment.connect(to: services) { connections in
                makeGatewayApplication(
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
                    now: { Date() }
                )
            }
        }
    }
}
