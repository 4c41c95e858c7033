import Testing

@testable import ServiceRuntime

struct AdvertisedAddressTests {
    private let devices = ["127.0.0.1", "::1", "fe80::1", "169.254.3.4", "2001:db8::7", "192.0.2.7", "192.0.2.8"]

    @Test(arguments: [
        ("", "127.0.0.1", "127.0.0.1"), ("", "192.0.2.9", "192.0.2.9"), ("", "0.0.0.0", "192.0.2.7"),
        ("", "::", "192.0.2.7"), ("users.internal", "0.0.0.0", "users.internal"),
        ("192.0.2.1", "127.0.0.1", "192.0.2.1"),
    ])
    func isWhatOthersReach(_ advertised: String, _ host: String, _ expected: String) {
        #expect(AdvertisedAddress.address(advertised: advertised, host: host) { devices } == expected)
    }

    @Test func takesWhatThereIs() {
        #expect(AdvertisedAddress.address(advertised: "", host: "::") { ["::1", "2001:db8::7"] } == "2001:db8::7")
        #expect(AdvertisedAddress.address(advertised: "", host: "0.0.0.0") { ["127.0.0.1"] } == "0.0.0.0")
    }

    @Test func knowsThisMachine() {
        #expect(AdvertisedAddress.devices().contains { $0 == "127.0.0.1" || $0 == "::1" })
    }
}
