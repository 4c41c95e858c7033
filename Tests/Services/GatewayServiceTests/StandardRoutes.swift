import AccessPolicy
import ServiceRuntime

@testable import GatewayService

/// The routes that are built in.
enum StandardRoutes {
    static func all() throws -> [Route] {
        try RoutesFile.load("", policy: .standard())
    }
}

extension GatewayConfiguration {
    /// The configuration of these flags.
    init(arguments: [String] = []) throws {
        let settings = try Settings.load(Self.settings, arguments: arguments, environment: [:])
        try self.init(settings, policy: .standard())
    }
}
