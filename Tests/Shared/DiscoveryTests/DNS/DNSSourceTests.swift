import Discovery
import Testing

@Suite struct DNSSourceTests {
    private static let server = DNSNameserver(address: "192.0.2.1")
    private static let otherPort = DNSNameserver(address: "192.0.2.2", port: 5353)

    @Test func readsAURLOfServices() throws {
        let source = try DNSSource(url: "dns:_{service}._tcp.clowder.internal")
        #expect(source.nameservers.isEmpty)
        #expect(source.namePattern == "_{service}._tcp.clowder.internal")
        #expect(source.records == .services)
        #expect(source.name(of: ServiceName(known: "mail-worker")) == "_mail-worker._tcp.clowder.internal")
    }

    @Test func readsAURLOfAddresses() throws {
        let source = try DNSSource(url: "dns:{service}.pets.example:80")
        #expect(source.nameservers.isEmpty)
        #expect(source.records == .addresses(port: 80))
        #expect(source.name(of: ServiceName(known: "users")) == "users.pets.example")
    }

    @Test(arguments: [
        ("dns://192.0.2.1/{service}.example:80", [server]),
        ("dns://192.0.2.2:5353/{service}.example:80", [otherPort]),
        ("dns://192.0.2.1,192.0.2.2:5353/_{service}._tcp.example", [server, otherPort]),
        ("dns:///{service}.example:80", []),
    ])
    func readsTheNameservers(_ url: String, expected: [DNSNameserver?]) throws {
        #expect(try DNSSource(url: url).nameservers == expected)
    }

    @Test(arguments: [
        "dns:{service}.example:80", "dns:_{service}._tcp.example", "dns:_http._tcp.{service}.svc.cluster.local",
        "dns://192.0.2.1/{service}:1", "dns://192.0.2.1,192.0.2.2:5353/a-{service}-b.my_net.example:65535",
    ])
    func writesTheURLThatItReads(_ url: String) throws {
        let source = try DNSSource(url: url)
        #expect(source.description == url)
        #expect(try DNSSource(url: source.description) == source)
    }

    @Test func passesOverADotAtTheEnd() throws {
        #expect(try DNSSource(url: "dns:_{service}._tcp.example.").namePattern == "_{service}._tcp.example")
        #expect(try DNSSource(url: "dns:{service}.example.:80").namePattern == "{service}.example")
    }

    @Test func putsTheServiceWhereverItsPlaceIs() throws {
        let source = try DNSSource(url: "dns:{service}.{service}-net.example:80")
        #expect(source.name(of: ServiceName(known: "users")) == "users.users-net.example")
    }

    @Test(arguments: [
        ("", DNSSourceError.Code.scheme, "dns:"), ("lease-directory:/x", .scheme, "dns:"), ("DNS:a", .scheme, "dns:"),
        ("dns://192.0.2.1", .name, "dns://server/name"), ("dns://::1/{service}:80", .port, "“:1”"),
        ("dns://ns.example/{service}:80", .nameserver, "“ns.example”"),
        ("dns://192.0.2/{service}:80", .nameserver, "“192.0.2”"),
        ("dns://192.0.2.1,/{service}:80", .nameserver, "“”"), ("dns://192.0.2.1:0/{service}:80", .port, "“0”"),
        ("dns://192.0.2.1:x/{service}:80", .port, "“x”"),
        (
            "dns://192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4/{service}:80", .nameserver,
            "4 name servers, over the limit of 3"
        ),
        ("dns:", .port, "has no port"), ("dns:{service}.example", .port, "write {service}.example:port"),
        ("dns:{service}.example:", .port, "“”"), ("dns:{service}.example:65536", .port, "“65536”"),
        ("dns:{service}.example:-1", .port, "“-1”"), ("dns:{service}.example:80:81", .port, "“80:81”"),
        ("dns:{service}.example:99999999999999999999", .port, "“99999999999999999999”"),
        ("dns:_{service}._tcp.example:80", .port, "bring their own ports"),
        ("dns:users.example:80", .name, "{service}"), ("dns:{Service}.example:80", .name, "{service}"),
        ("dns:{service}..example:80", .name, "“” in"), ("dns:.{service}:80", .name, "“” in"),
        ("dns:-{service}.example:80", .name, "“-s”"), ("dns:{service}-.example:80", .name, "“s-”"),
        ("dns:{service}.exa mple:80", .name, "“exa mple”"), ("dns:{service}.bücher:80", .name, "“bücher”"),
        ("dns:{service}.example?type=A:80", .name, "“example?type=A”"), ("dns:_{service}.example", .name, "_tcp"),
        ("dns:_{service}._udp.example", .name, "_service._tcp.domain"), ("dns:_{service}._tcp", .name, "_tcp.domain"),
    ])
    func refusesWithTheReason(_ url: String, code: DNSSourceError.Code, excerpt: String) throws {
        let error = try #require(throws: DNSSourceError.self) { try DNSSource(url: url) }
        #expect(error.code == code)
        #expect(error.description.contains(excerpt), "\(error)")
    }

    @Test func refusesWhatIsTooLong() throws {
        let label = String(repeating: "x", count: 63)
        #expect(throws: Never.self) { try DNSSource(url: "dns:{service}.\(label):80") }
        let long = try #require(throws: DNSSourceError.self) { try DNSSource(url: "dns:{service}.\(label)x:80") }
        #expect(long.code == .name)
        let name = Array(repeating: label, count: 4).joined(separator: ".")
        let longer = try #require(throws: DNSSourceError.self) { try DNSSource(url: "dns:{service}.\(name):80") }
        #expect(longer.description == "the name has 257 bytes, over the limit of 253")
    }

    @Test(arguments: [0, 65536, -1])
    func refusesPortsThatAreNone(_ port: Int) {
        #expect(throws: DNSSourceError.self) {
            try DNSSource(namePattern: "{service}.example", records: .addresses(port: port))
        }
        #expect(DNSNameserver(address: "192.0.2.1", port: port) == nil)
    }

    @Test func refusesRecordsThatDoNotFitTheName() {
        #expect(throws: DNSSourceError.self) { try DNSSource(namePattern: "{service}.example", records: .services) }
        #expect(throws: DNSSourceError.self) {
            try DNSSource(namePattern: "_{service}._tcp.example", records: .addresses(port: 80))
        }
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "::1", "localhost", "192.0.2.1 ", "a.b.c.d",
    ])
    func refusesNameserversThatAreNoAddresses(_ address: String) {
        #expect(DNSNameserver(address: address) == nil)
    }

    @Test func hasNamedDefaults() {
        #expect(DNSNameserver.defaultPort == 53)
        #expect(DNSSource.nameserverLimit == 3)
        #expect(DNSSource.placeholder == "{service}")
    }
}
