import AccessPolicy
import Hummingbird
import InputValidation
import SearchContract
import SearchDomain
import ServiceRuntime

/// Searching.
struct SearchRoutes: Sendable {
    let search: ListingSearch
    let access: AccessGuard
    let clock: ContinuousClock

    func add(to router: Router<ServiceRequestContext>) {
        router.get("v1/listings") { request, _ in try await find(request) }
    }

    private func find(_ request: Request) async throws -> Response {
        try await access.require(Permission("search", "listing"), of: request)
        let start = clock.now
        let page: ListingSearch.Page
        do {
            page = try await search.page(try SearchQueryInput.query(try QueryParameters.parse(request)))
        } catch let invalid as InvalidInput {
            // A bad query is a malformed request, not a bad document.
            throw Problem(.badRequest, kind: "invalid-query", "The search is not acceptable.", errors: invalid.errors)
        }
        let took = start.duration(to: clock.now).components
        return JSONReply.make(
            SearchReply(
                items: page.listings.map(ListingReply.init),
                total: page.counts.total,
                nextCursor: page.nextCursor,
                facets: page.counts.facets,
                tookMilliseconds: (Double(took.seconds) * 1e6 + Double(took.attoseconds) / 1e12).rounded() / 1e3
            )
        )
    }
}
