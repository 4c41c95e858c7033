public import AccessPolicy
public import FoundationEssentials
import HTTPTypes
import NIOCore
public import ServiceClient
public import Tokens

extension AccessGuard {
    /// A guard that fetches the issuer's keys from the issuer.
    ///
    /// - Parameters:
    ///   - verifier: What tokens must be like.
    ///   - issuer: The client of the service that issues them.
    ///   - keySetPath: Where that service publishes its keys.
    ///   - policy: Who may do what.
    ///   - now: The wall clock.
    /// - Returns: A guard that keeps the keys it fetched and fetches them again as ``KeySetCache`` does.
    public static func remote(
        verifier: AccessTokenVerifier,
        issuer: ServiceClient,
        keySetPath: String,
        policy: RolePolicy,
        now: @escaping @Sendable () -> Date
    ) -> Self {
        let keys = KeySetCache(now: now) {
            let response = try await issuer.send(ServiceRequest(method: .get, path: keySetPath))
            guard response.status == .ok else {
                throw Problem.unavailable("The keys that tokens are signed with cannot be read at the moment.")
            }
            return try JSONDecoder().decode(KeySet.self, from: Data(response.body.readableBytesView))
        }
        return Self(verifier: verifier, keys: keys, policy: policy, now: now)
    }
}
