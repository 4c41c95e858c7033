import AccessPolicy
package import Hummingbird
import Resilience
import SQLiteStorage
import SearchContract
package import ServiceLifecycle
package import ServiceRuntime

/// Builds the search service: its store and its routes.
///
/// - Parameters:
///   - configuration: The settings.
///   - access: Who may do what.
///   - background: Work that the guard needs, such as following the users service.
///   - clock: Measures how long a search takes.
/// - Returns: The responder of search, imports and listings, `background`, and the check of the store.
/// - Throws: When the database cannot be opened.
package func makeSearchApplication(
    configuration: SearchConfiguration,
    access: AccessGuard,
    background: [any Service],
    clock: ContinuousClock
) throws -> ServiceParts<RouterResponder<ServiceRequestContext>> {
    let database = try SQLiteDatabase.open(configuration.databasePath, migrator: SearchSchema.migrator)
    let listings = ListingStore(database: database)
    let router = Router(context: ServiceRequestContext.self)
    SearchRoutes(search: ListingSearch(database: database), access: access, clock: clock).add(to: router)
    ImportRoutes(listings: listings, access: access).add(to: router)
    ListingRoutes(listings: listings, access: access).add(to: router)
    return ServiceParts(
        responder: ServiceResponder(
            router.buildResponder(),
            deadlines: .service { request in
                request.uri.path == SearchAddress.importPath ? SearchAddress.importDeadline : Deadline.edgeDefault
            },
            mapError: SearchErrors.problem
        ),
        background: background,
        checks: [Readiness.Check("listing store") { _ = try await listings.listing(id: "readiness") }],
        isStream: { _, path in path == SearchAddress.importPath }
    )
}
