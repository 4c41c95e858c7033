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
        let finding: ListingSearch.Finding
        do {
            let query = try SearchQueryInput.query(try QueryParameters.parse(request))
            finding = try await search.find(query) { EntityTag.isKnown(Self.tag($0), to: request) }
        } catch let invalid as InvalidInput {
            // A bad query is a malformed request, not a bad document.
            throw Problem(.badRequest, kind: "invalid-query", "The search is not acceptable.", errors: invalid.errors)
        }
        switch finding {
        case .unchanged(let edition): return Response(status: .notModified, headers: [.eTag: Self.tag(edition)])
        case .page(let page): return Self.reply(page, taking: start.duration(to: clock.now))
        }
    }

    /// Weak, since how long the search took is part of the reply.
    private static func tag(_ edition: String) -> String { "W/\"\(edition)\"" }

    private static func reply(_ page: ListingSearch.Page, taking duration: Duration) -> Response {
        let took = duration.components
        return JSONReply.make(
            SearchReply(
                items: page.listings.map(ListingReply.init),
                total: page.counts.total,
                nextCursor: page.nextCursor,
                facets: page.counts.facets,
                tookMilliseconds: (Double(took.seconds) * 1e6 + Double(took.attoseconds) / 1e12).rounded() / 1e3
            ),
            headers: [.eTag: tag(page.edition)]
        )
    }
}
