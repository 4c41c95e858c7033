import AccessPolicy
import HTTPTypes
import Resilience
import SearchContract
import ServiceRuntime
import Testing

@testable import GatewayService

@Suite struct RouteTableTests {
    private let table: RouteTable

    init() throws {
        table = RouteTable(try StandardRoutes.all())
    }

    private func problem(_ method: HTTPRequest.Method, _ path: String) -> Problem? {
        do {
            _ = try table.match(method, path: path)
            return nil
        } catch {
            return error
        }
    }

    private func pattern(_ method: HTTPRequest.Method, _ path: String) throws -> String? {
        guard case .route(let route) = try table.match(method, path: path) else { return nil }
        return route.pattern.description
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/v1/accounts/me", "/v1/accounts/me"),
        (.put, "/v1/accounts/me/password", "/v1/accounts/me/password"),
        (.put, "/v1/accounts/me/roles", "/v1/accounts/{id}/roles"),
        (.post, "/v1/listings/import", "/v1/listings/import"),
        (.get, "/v1/listings/imports", "/v1/listings/{id}"),
        (.head, "/v1/listings/A1", "/v1/listings/{id}"),
        (.post, "/v1/mail/dead-letters/replay", "/v1/mail/dead-letters/replay"),
        (.post, "/v1/mail/dead-letters/replay/replay", "/v1/mail/dead-letters/{id}/replay"),
    ])
    func prefersTheMoreSpecificRoute(method: HTTPRequest.Method, path: String, expected: String) throws {
        #expect(try pattern(method, path) == expected)
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/v1/nothing", 404), (.get, "", 404), (.get, "/", 404), (.get, "/v1/listings/", 404),
        (.delete, "/v1/listings", 405), (.put, "/v1/listings/import", 405), (.connect, "/v1/listings", 405),
    ])
    func refuses(method: HTTPRequest.Method, path: String, status: Int) {
        #expect(problem(method, path)?.status.code == status)
    }

    @Test func knowsNoOtherMethods() throws {
        let method = try #require(HTTPRequest.Method(rawValue: "BREW"))
        #expect(problem(method, "/v1/listings")?.status == .notImplemented)
    }

    @Test func givesImportsAnHourAndTheRestTenSeconds() throws {
        for route in try StandardRoutes.all() {
            let isImport = route.pattern.description == SearchAddress.importPath
            #expect(route.deadline == (isImport ? .seconds(3600) : .seconds(10)), "\(route.pattern)")
        }
        #expect(Deadline.edgeDefault == .seconds(10))
    }
}
