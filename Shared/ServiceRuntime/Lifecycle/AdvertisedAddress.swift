import NIOCore

/// The address under which others reach a replica.
enum AdvertisedAddress {
    private static let wildcards: Set<String> = ["0.0.0.0", "::", ""]

    /// The address of one of the two listeners of a process with these settings.
    ///
    /// The one for operations is advertised under the same address only if it listens there.
    static func address(of listener: String, _ settings: Settings) -> String {
        let host = settings.text("\(listener).host")
        let isElsewhere = listener != "http" && !wildcards.contains(host)
        return address(advertised: isElsewhere ? "" : settings.text("http.advertise"), host: host, devices: devices)
    }

    /// What was told to be advertised, else what the listener is bound to, else an address of this machine.
    ///
    /// A listener on all addresses is reached under none of these names: the first address that is not for this machine
    /// or this link alone stands for it, of IPv4 before IPv6.
    /// - Parameters:
    ///   - advertised: The setting; empty for none.
    ///   - host: What the listener is bound to.
    ///   - devices: This machine's addresses, as literals.
    /// - Returns: An address, or `host` where this machine has none.
    static func address(advertised: String, host: String, devices: () -> [String]) -> String {
        guard advertised.isEmpty else { return advertised }
        guard wildcards.contains(host) else { return host }
        let usable = devices().filter(isReachable)
        return usable.first { !$0.contains(":") } ?? usable.first ?? host
    }

    /// The addresses of this machine's interfaces, in the system's order.
    static func devices() -> [String] {
        // A system that does not tell has none that could be advertised.
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.compactMap { $0.address?.ipAddress }
    }

    private static func isReachable(_ address: String) -> Bool {
        let low = address.lowercased()
        return !low.hasPrefix("127.") && low != "::1" && !low.hasPrefix("169.254.") && !low.hasPrefix("fe80:")
    }
}
