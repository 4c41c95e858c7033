import Testing

@testable import Etcd

struct EtcdAddressTests {
    @Test func hasNamedDefaults() {
        #expect(EtcdAddress.defaultPort == 2379)
        #expect(EtcdAddress.defaultRoot == "/clowder/services")
        #expect(EtcdRegistry.defaultLeaseDuration == .seconds(6))
        #expect(EtcdRegistry.confirmInterval == .seconds(5))
        #expect(EtcdRegistry.pauses == .milliseconds(100)...(.seconds(2)))
        #expect(EtcdClient.callLimit == .seconds(2) && EtcdClient.connectLimit == .seconds(1))
    }

    @Test(arguments: [
        ("etcd://etcd", ["etcd:2379"], "/clowder/services"),
        ("etcd://a.internal:1,b:65535/", ["a.internal:1", "b:65535"], "/clowder/services"),
        ("etcd://127.0.0.1:2379/staging/services/", ["127.0.0.1:2379"], "/staging/services"),
        ("etcd://[::1]:79,[::2]/x", ["[::1]:79", "[::2]:2379"], "/x"),
    ])
    func reads(_ url: String, _ members: [String], _ root: String) throws {
        let address = try EtcdAddress(url: url)
        #expect(address.members == members)
        #expect(address.root == root)
    }

    @Test(arguments: [
        ("http://a", "the URL does not begin with etcd://"), ("etcd://", "“” has no host name"),
        ("etcd://a,,b", "“” has no host name"), ("etcd://a:0", "“0” in “a:0” is no port"),
        ("etcd://a:65536", "“65536” in “a:65536” is no port"), ("etcd://a:", "“” in “a:” is no port"),
        ("etcd://a b", "“a b” has no host name"), ("etcd://u:p@a", "“p@a” in “u:p@a” is no port"),
        ("etcd://a/ä", "the path is not printable ASCII"),
        ("etcd://" + Array(repeating: "a", count: 17).joined(separator: ","), "there are 17 members, over 16"),
    ])
    func refuses(_ url: String, _ reason: String) {
        let error = #expect(throws: EtcdAddress.Malformed.self) { try EtcdAddress(url: url) }
        #expect(error?.description == reason)
    }

    /// etcd counts whole seconds, and a lease must not end before it was promised to.
    @Test func roundsLeasesUp() throws {
        let address = try EtcdAddress(url: "etcd://a")
        #expect(EtcdRegistry(address, leaseDuration: .milliseconds(2001)).leaseDuration == .seconds(3))
        #expect(EtcdRegistry(address, leaseDuration: .seconds(2)).leaseDuration == .seconds(2))
        #expect(EtcdRegistry(address, leaseDuration: .zero).leaseDuration == .seconds(1))
    }
}
