import Testing

@testable import Redis

@Suite struct RedisAddressTests {
    @Test(
        arguments: [
            ("redis://cache.example", "cache.example", 6379, 0, nil),
            ("redis://cache.example:7000/", "cache.example", 7000, 0, nil),
            ("redis://gateway@cache.example/3", "cache.example", 6379, 3, "gateway"),
            ("redis://192.0.2.7:7000/15", "192.0.2.7", 7000, 15, nil),
            ("redis://[2001:db8::7]", "2001:db8::7", 6379, 0, nil),
            ("redis://gateway@[2001:db8::7]:7000/1", "2001:db8::7", 7000, 1, "gateway"),
        ] as [(String, String, Int, Int, String?)]
    )
    func readsURLs(_ url: String, host: String, port: Int, database: Int, user: String?) throws {
        let address = try RedisAddress(url: url, password: "secret")
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.database == database)
        #expect(address.user == user)
        #expect(address.password == "secret")
    }

    @Test func hasNoPasswordUnlessItIsGiven() throws {
        #expect(try RedisAddress(url: "redis://cache.example").password == nil)
    }

    @Test(arguments: [
        ("rediss://cache.example", "the URL does not begin with redis://"),
        ("redis:cache.example", "the URL does not begin with redis://"),
        ("redis://", "there is no host name"),
        ("redis:///1", "there is no host name"),
        ("redis://:7000", "there is no host name"),
        ("redis://[]", "there is no host name"),
        ("redis://[2001:db8::7", "there is no host name"),
        ("redis://cache example", "there is no host name"),
        ("redis://[2001:db8::7]x", "what follows the host is no port"),
        ("redis://cache.example:", "what follows the host is no port"),
        ("redis://cache.example:0", "what follows the host is no port"),
        ("redis://cache.example:65536", "what follows the host is no port"),
        ("redis://cache.example:+7", "what follows the host is no port"),
        ("redis://cache.example/one", "the path is no number of a database"),
        ("redis://cache.example/1/2", "the path is no number of a database"),
        ("redis://cache.example/99999999999", "the path is no number of a database"),
        ("redis://@cache.example", "the user is empty or not printable ASCII"),
        ("redis://gateway:secret@cache.example", "no password belongs into a URL, which is logged"),
    ])
    func refusesWhatIsNoAddress(_ url: String, reason: String) {
        let error = #expect(throws: RedisAddress.Malformed.self) { try RedisAddress(url: url, password: "secret") }
        #expect(error?.description == reason)
    }

    @Test func wantsAPasswordForAUser() {
        let error = #expect(throws: RedisAddress.Malformed.self) {
            try RedisAddress(url: "redis://gateway@cache.example")
        }
        #expect(error?.description == "the user has no password")
    }
}
