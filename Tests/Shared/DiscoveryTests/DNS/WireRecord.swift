@testable import Discovery

/// A resource record as a name server writes it (RFC 1035 section 3.2.1).
struct WireRecord: Sendable {
    var name: String
    var type: UInt16
    var timeToLive: UInt32
    var content: [UInt8]

    static func a(_ name: String, _ address: String, ttl: UInt32 = 60) -> Self {
        Self(name: name, type: 1, timeToLive: ttl, content: address.split(separator: ".").compactMap { UInt8($0) })
    }

    /// Eight groups of four digits or fewer, none left out.
    static func aaaa(_ name: String, _ groups: String, ttl: UInt32 = 60) -> Self {
        let numbers = groups.split(separator: ":").compactMap { UInt16($0, radix: 16) }
        return Self(name: name, type: 28, timeToLive: ttl, content: numbers.flatMap(Wire.bytes))
    }

    static func srv(
        _ name: String,
        _ target: String,
        port: UInt16,
        priority: UInt16 = 0,
        weight: UInt16 = 1,
        ttl: UInt32 = 60
    ) -> Self {
        let content = [priority, weight, port].flatMap(Wire.bytes) + Wire.name(target)
        return Self(name: name, type: 33, timeToLive: ttl, content: content)
    }

    static func cname(_ name: String, _ target: String, ttl: UInt32 = 60) -> Self {
        Self(name: name, type: 5, timeToLive: ttl, content: Wire.name(target))
    }

    static func ns(_ name: String, _ target: String) -> Self {
        Self(name: name, type: 2, timeToLive: 60, content: Wire.name(target))
    }

    static func soa(minimum: UInt32, ttl: UInt32 = 3600) -> Self {
        let names = Wire.name("ns.example") + Wire.name("admin.example")
        let numbers = [1, 7200, 900, 86_400, minimum].flatMap(Wire.bytes)
        return Self(name: "example", type: 6, timeToLive: ttl, content: names + numbers)
    }
}

/// How numbers and names are written (RFC 1035 sections 2.3.2 and 3.1).
enum Wire {
    static func bytes(_ number: UInt16) -> [UInt8] {
        [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    static func bytes(_ number: UInt32) -> [UInt8] {
        bytes(UInt16(number >> 16)) + bytes(UInt16(truncatingIfNeeded: number))
    }

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + $0.utf8 } + [0]
    }
}
