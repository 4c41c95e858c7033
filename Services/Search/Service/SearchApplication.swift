import AccessPolicy
package import Hummingbird
import PostgreSQL
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
) async throws -> ServiceParts<RouterResponder<ServiceRequestContext>> {
    let (listings, search) = try await openStores(configuration.database)
    let router = Router(context: ServiceRequestContext.self)
    SearchRoutes(search: search, access: access, clock: clock).add(to: router)
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

/// The listings and the search through them, on the engine that the address names.
private func openStores(_ address: DatabaseAddress) async throws -> (ListingStore, ListingSearch) {
    switch address {
    case .sqlite(let path):
        let database = try SQLiteDatabase.open(path, migrations: SearchSchema.sqlite)
        return (
            ListingStore(database: database, index: .none),
            ListingSearch(engine: SQLiteSearch(database: database))
        )
    case .postgreSQL(let settings):
        let database = try await PostgreSQLDatabase.open(settings, migrations: SearchSchema.postgreSQL)
        let vectors = try TextVectors()
        let index = ListingIndex(
            columns: [("text", "CAST(? AS tsvector)")],
            upkeep: ["ANALYZE listing", "SELECT gin_clean_pending_list('listing_text')"]
        ) { [try vectors.vector(of: $0)] }
        return (
            ListingStore(database: database, index: index),
            ListingSearch(engine: PostgreSQLSearch(database: database, vectors: vectors))
        )
    }
}
