extension DNSSource {
    /// Reads a URL: `dns:[//server[:port][,…]/]name[:port]`, which has the shape of RFC 4501.
    ///
    /// A name that begins with `_` is one of SRV records and has no port; any other is one of addresses and must have
    /// one. A dot at the name's end changes nothing.
    ///
    /// - `dns:_{service}._tcp.clowder.internal` asks the system's servers for SRV records.
    /// - `dns://192.0.2.1:5353/{service}.clowder.internal:8080` asks one server for addresses.
    /// - Throws: ``DNSSourceError`` saying which part is wrong.
    public init(url: String) throws(DNSSourceError) {
        guard url.hasPrefix("dns:") else {
            throw DNSSourceError(.scheme, "the URL does not begin with dns:")
        }
        var name = url.dropFirst("dns:".count)
        var servers: Substring = ""
        if name.hasPrefix("//") {
            let parts = name.dropFirst(2).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw DNSSourceError(.name, "the URL has no name: write dns://server/name")
            }
            (servers, name) = (parts[0], parts[1])
        }
        let nameservers = try Self.nameservers(servers)
        let (pattern, records) = try Self.nameAndRecords(name)
        try self.init(nameservers: nameservers, namePattern: pattern, records: records)
    }

    private static func nameservers(_ text: Substring) throws(DNSSourceError) -> [DNSNameserver] {
        guard !text.isEmpty else { return [] }
        var result: [DNSNameserver] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let (address, port) = try split(part)
            guard let server = DNSNameserver(address: address, port: port ?? DNSNameserver.defaultPort) else {
                throw DNSSourceError(.nameserver, "“\(address)” is no IPv4 address of a name server")
            }
            result.append(server)
        }
        return result
    }

    private static func nameAndRecords(_ text: Substring) throws(DNSSourceError) -> (String, Records) {
        let (name, port) = try split(text)
        let pattern = name.hasSuffix(".") ? String(name.dropLast()) : name
        switch (pattern.hasPrefix("_"), port) {
        case (true, nil): return (pattern, .services)
        case (true, _?): throw DNSSourceError(.port, "“\(text)” names SRV records, which bring their own ports")
        case (false, let port?): return (pattern, .addresses(port: port))
        case (false, nil): throw DNSSourceError(.port, "“\(text)” has no port: write \(pattern):port, or _service._tcp")
        }
    }

    /// Splits `host:port`; the port is nil when there is no colon.
    private static func split(_ text: Substring) throws(DNSSourceError) -> (host: String, port: Int?) {
        guard let colon = text.firstIndex(of: ":") else { return (String(text), nil) }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let port = Int(digits),
            (1...65535).contains(port)
        else { throw DNSSourceError(.port, "“\(digits)” in “\(text)” is no port") }
        return (String(text[..<colon]), port)
    }
}
