import AccessPolicy
import ServiceRuntime

@testable import GatewayService

/// The routes that are built in.
enum StandardRoutes {
    static func all() throws -> [Route] {
        try RoutesFile.load("", policy: .standard()).routes
    }
}

extension GatewayConfiguration {
    /// The configuration of these flags.
    init(arguments: [String] = []) throws {
        let settings = try Settings.load(
            ServiceSettings.all + Self.settings,
            arguments: ["--registry-url=lease-directory:/nowhere"] + arguments,
            environment: [:]
        )
        try self.init(settings, policy: .standard())
    }
}
