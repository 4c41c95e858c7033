import AccessPolicy
import FoundationEssentials
import MailWorkerContract
import MailWorkerService
import ServiceRuntime
import Tokens
import UsersContract

@main
enum MailWorker {
    static func main() async {
        let process = ServiceProcess(
            name: MailWorkerAddress.name,
            summary: "turns queued mail jobs into delivered mail, and keeps what could not be delivered",
            settings: MailWorkerConfiguration.settings
        )
        await process.run { environment in
            try await environment.connect(to: [UsersAddress.name]) { connections in
                try makeMailWorkerApplication(
                    configuration: try MailWorkerConfiguration(environment.settings),
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
                    now: { Date() }
                )
            }
        }
    }
}
