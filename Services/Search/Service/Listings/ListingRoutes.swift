import AccessPolicy
import Hummingbird
import SearchContract
import SearchDomain
import ServiceRuntime

/// Reading, writing and removing single listings.
struct ListingRoutes: Sendable {
    let listings: ListingStore
    let access: AccessGuard

    func add(to router: Router<ServiceRequestContext>) {
        router.get("v1/listings/:id") { request, context in try await read(request, context) }
        router.put("v1/listings/:id") { request, context in try await write(request, context) }
        router.delete("v1/listings/:id") { request, context in try await delete(request, context) }
    }

    private func read(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await access.require(Permission("read", "listing"), of: request)
        guard let found = try await listings.listing(id: try context.parameters.require("id")) else {
            throw Problem.notFound("listing")
        }
        let tag = EntityTag.text(version: found.version)
        guard !EntityTag.isKnown(version: found.version, to: request) else {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        return JSONReply.make(ListingReply(found.listing), headers: [.eTag: tag])
    }

    private func write(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await access.require(Permission("write", "listing"), of: request)
        let precondition = Precondition(of: request)
        let json = try await request.strictJSON()
        let listing = try ListingInput.listing(json, id: try context.parameters.require("id"))
        switch try await listings.put(listing, if: precondition) {
        case .conflict: throw EntityTag.changedMeanwhile
        case .created(let version):
            return JSONReply.make(
                ListingReply(listing),
                status: .created,
                headers: [.eTag: EntityTag.text(version: version), .location: "/v1/listings/\(listing.id)"]
            )
        case .replaced(let version):
            return JSONReply.make(ListingReply(listing), headers: [.eTag: EntityTag.text(version: version)])
        }
    }

    private func delete(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        try await access.require(Permission("delete", "listing"), of: request)
        let precondition = Precondition(of: request)
        switch try await listings.delete(id: try context.parameters.require("id"), if: precondition) {
        case .none: throw Problem.notFound("listing")
        case .some(false): throw EntityTag.changedMeanwhile
        case .some(true): return Response(status: .noContent)
        }
    }
}
