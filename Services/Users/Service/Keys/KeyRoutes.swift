import AccessPolicy
import Hummingbird
import ServiceRuntime

/// The published keys.
struct KeyRoutes: Sendable {
    let keys: KeyStore
    let access: SessionGuard

    func add(to router: Router<ServiceRequestContext>) {
        router.get(".well-known/jwks.json") { request, _ in
            try await access.require(Permission("read", "key-set"), of: request)
            return JSONReply.make(try await keys.keySet(), headers: [.cacheControl: "public, max-age=60"])
        }
    }
}
