import AccessPolicy
import FoundationEssentials
import PasswordHashing
import ServiceRuntime
import UsersContract
import UsersDomain
import UsersService

@main
enum Users {
    static func main() async {
        let process = ServiceProcess(
            name: UsersAddress.name,
            summary: "accounts, sessions, roles and keys",
            settings: UsersConfiguration.settings
        )
        await process.run { environment in
            let threads = HashingPool.defaultThreadCount(cores: ProcessInfo.processInfo.activeProcessorCount)
            return try await makeUsersApplication(
                configuration: try UsersConfiguration(environment.settings),
                dependencies: UsersDependencies(
                    now: { Date() },
                    makeID: { UUID().uuidString.lowercased() },
                    makeToken: {
                        var generator = SystemRandomNumberGenerator()
                        return OpaqueToken(using: &generator)
                    }
                ),
                policy: try RolePolicy.standard(),
                hashingPool: HashingPool(
                    threadCount: threads,
                    queueLength: threads * HashingPool.defaultQueuePerThread
                )
            )
        }
    }
}
