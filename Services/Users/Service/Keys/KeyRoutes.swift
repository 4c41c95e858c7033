import Hummingbird
import ServiceRuntime

/// The published keys.
struct KeyRoutes: Sendable {
    let keys: KeyStore

    func add(to router: Router<ServiceRequestContext>) {
        router.get(".well-known/jwks.json") { _, _ in
            JSONReply.make(try await keys.keySet(), headers: [.cacheControl: "public, max-age=60"])
        }
    }
}
