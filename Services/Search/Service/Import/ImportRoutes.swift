import AccessPolicy
import Hummingbird
import ServiceRuntime

/// Importing listings.
struct ImportRoutes: Sendable {
    let listings: ListingStore
    let access: AccessGuard

    func add(to router: Router<ServiceRequestContext>) {
        router.post("v1/listings/import") { request, _ in
            try await access.require(Permission("import", "listing"), of: request)
            try request.requireMediaType("application/x-ndjson")
            return JSONReply.make(try await ListingImport(listings: listings).run(request.body))
        }
    }
}
