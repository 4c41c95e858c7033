import Discovery
import FoundationEssentials
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:8080"), ("users.internal", "users.internal:8080"), ("::1", "[::1]:8080"),
        ("fe80::1", "[fe80::1]:8080"),
    ])
    func writesItsAuthority(_ host: String, authority: String) {
        let endpoint = Endpoint(id: "a", host: host, port: 8080)
        #expect(endpoint.authority == authority)
        #expect(endpoint.description == "a@" + authority)
    }

    @Test func weighsOneUnlessTold() {
        #expect(Endpoint(id: "a", host: "::1", port: 1).weight == 1)
        #expect(Endpoint(id: "a", host: "::1", port: 1, weight: 3).weight == 3)
    }

    @Test func survivesEncodingAndDecoding() throws {
        let endpoint = Endpoint(id: "a", host: "::1", port: 65_535, weight: 3)
        let data = try JSONEncoder().encode(endpoint)
        #expect(try JSONDecoder().decode(Endpoint.self, from: data) == endpoint)
    }
}
