import HTTPTypes
import ServiceTestSupport
import Testing

/// Calls that need no log-in, at the service that owns the data: it asks the policy itself.
@Suite(.timeLimit(.minutes(1))) struct PublicCallTests {
    @Test(arguments: [("/v1/listings?sort=sideways", "search listing"), ("/v1/listings/A1", "read listing")])
    func asksThePolicyFirst(path: String, permission: String) async throws {
        let policy = try PublicGrants.policy(without: permission)
        let withheld = try await withSearchService(policy: policy) { try await $0.send(.get, path) }
        #expect(withheld.status == .unauthorized)
        let granted = try await withSearchService { try await $0.send(.get, path) }
        #expect([.badRequest, .notFound].contains(granted.status))
    }
}
