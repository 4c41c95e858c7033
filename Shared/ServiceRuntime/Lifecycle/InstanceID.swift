/// What a replica is called in logs and registry.
enum InstanceID {
    /// The configured name, or one that no other replica has.
    ///
    /// Neither a process's number will do, which in a container is 1, nor a host's name, which images give to many.
    static func make(
        of service: String,
        configured: String,
        using generator: inout some RandomNumberGenerator
    ) -> String {
        guard configured.isEmpty else { return configured }
        let number = String(UInt32.random(in: .min ... .max, using: &generator), radix: 16)
        return "\(service)-\(String(repeating: "0", count: 8 - number.count))\(number)"
    }
}
