import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// `gateway health` and its like: asks the process that runs with the same settings whether it is ready, for containers
/// that hold neither a shell nor `curl`.
struct HealthQuestion {
    /// What is asked for in place of running the service.
    static let word = "health"
    /// How long the answer may take.
    static let limit = Duration.seconds(2)
    private static let maximumBytes = 64 * 1024

    /// What the process said.
    struct Answer: Sendable {
        /// Whether it is ready.
        var isReady: Bool
        /// In its own words, or why there are none.
        var text: String
    }

    private let host: String
    private let port: Int

    /// Finds the process's operations listener in its settings.
    ///
    /// - Throws: ``SettingsError`` when the port is found out by the process itself.
    init(_ settings: Settings) throws(SettingsError) {
        let host = settings.text("operations.host")
        port = settings.integer("operations.port")
        // What listens on all addresses is asked at the nearest.
        self.host = ["0.0.0.0", "::", ""].contains(host) ? "127.0.0.1" : host
        guard port > 0 else {
            throw SettingsError([
                "operations.port must be set to ask for health: --operations-port=… or OPERATIONS_PORT=…"
            ])
        }
    }

    /// Asks; whatever goes wrong is told as not being ready.
    func ask() async -> Answer {
        let address = host.contains(":") ? "[\(host)]" : host
        let request = HTTPClientRequest(url: "http://\(address):\(port)/readyz")
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .init(Self.limit))
            let body = try await response.body.collect(upTo: Self.maximumBytes)
            return Answer(isReady: response.status == .ok, text: String(buffer: body))
        } catch {
            return Answer(isReady: false, text: "no answer from \(address):\(port): \(error)")
        }
    }
}
