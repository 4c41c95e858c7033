import CResolver

/// Reads the sections of a message, as long as its memory lives.
struct DNSMessageReader {
    /// What the authority section says about an answer without records (RFC 2308 section 2.2).
    struct Authority {
        var refersToServers = false
        var negativeTimeToLive: Duration?
    }

    /// Remembers where it was, so that records in order are read once.
    private var message: ns_msg
    private let question: DNSQuestion

    init(_ buffer: UnsafeBufferPointer<UInt8>, _ question: DNSQuestion) throws(DNSLookupError) {
        var message = ns_msg()
        guard let start = buffer.baseAddress, ns_initparse(start, Int32(buffer.count), &message) == 0 else {
            throw DNSLookupError(.unusable, "\(question): the answer is damaged")
        }
        self.message = message
        self.question = question
    }

    func checkHeader() throws(DNSLookupError) {
        guard flag(ns_f_qr) == 1, flag(ns_f_opcode) == ns_o_query.rawValue, flag(ns_f_tc) == 0 else {
            throw DNSLookupError(.unusable, "\(question): the answer is none, or is cut off")
        }
        let code = flag(ns_f_rcode)
        guard code == ns_r_noerror.rawValue || code == ns_r_nxdomain.rawValue else {
            throw DNSLookupError(.unanswered, "\(question): the server failed or refuses (code \(code))")
        }
    }

    mutating func checkQuestion() throws(DNSLookupError) {
        guard count(ns_s_qd) == 1 else { throw damaged }
        let record = try record(ns_s_qd, 0)
        guard name(of: record) == question.name, record.type == question.type.number else {
            throw DNSLookupError(.unusable, "\(question): the answer is one to another question")
        }
    }

    /// The records of a section that lookups use; others are passed over.
    mutating func records(in section: ns_sect) throws(DNSLookupError) -> [DNSRecord] {
        var result: [DNSRecord] = []
        for index in 0..<count(section) {
            let record = try record(section, index)
            guard UInt32(record.rr_class) == ns_c_in.rawValue, let content = try content(of: record) else { continue }
            result.append(DNSRecord(name: name(of: record), timeToLive: timeToLive(record.ttl), content: content))
        }
        return result
    }

    mutating func authority() throws(DNSLookupError) -> Authority {
        var result = Authority()
        for index in 0..<count(ns_s_ns) {
            let record = try record(ns_s_ns, index)
            switch UInt32(record.type) {
            case ns_t_ns.rawValue: result.refersToServers = true
            case ns_t_soa.rawValue:
                result.negativeTimeToLive = min(timeToLive(record.ttl), try minimum(of: record))
            default: break
            }
        }
        return result
    }

    private func content(of record: ns_rr) throws(DNSLookupError) -> DNSRecord.Content? {
        switch UInt32(record.type) {
        case ns_t_a.rawValue: .address(try address(AF_INET, of: record))
        case ns_t_aaaa.rawValue: .address(try address(AF_INET6, of: record))
        case ns_t_cname.rawValue: .alias(of: try name(at: 0, of: record).text)
        case ns_t_srv.rawValue: .service(try service(record))
        default: nil
        }
    }

    private func address(_ family: Int32, of record: ns_rr) throws(DNSLookupError) -> String {
        let length = family == AF_INET ? Int(NS_INADDRSZ) : Int(NS_IN6ADDRSZ)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard Int(record.rdlength) == length, inet_ntop(family, record.rdata, &text, socklen_t(text.count)) != nil
        else { throw damaged }
        return Self.text(text)
    }

    /// Three numbers of 16 bits and a name (RFC 2782).
    private func service(_ record: ns_rr) throws(DNSLookupError) -> DNSRecord.Service {
        let width = Int(NS_INT16SZ)
        guard Int(record.rdlength) > 3 * width, let data = record.rdata else { throw damaged }
        return DNSRecord.Service(
            priority: Int(ns_get16(data)),
            weight: Int(ns_get16(data + width)),
            port: Int(ns_get16(data + 2 * width)),
            target: try name(at: 3 * width, of: record).text
        )
    }

    /// The last of an SOA record's five numbers of 32 bits, which follow two names (RFC 1035 section 3.3.13).
    private func minimum(of record: ns_rr) throws(DNSLookupError) -> Duration {
        let width = Int(NS_INT32SZ)
        let primary = try name(at: 0, of: record).length
        let numbers = try primary + name(at: primary, of: record).length
        guard let data = record.rdata, Int(record.rdlength) >= numbers + 5 * width else { throw damaged }
        return timeToLive(UInt32(ns_get32(data + numbers + 4 * width)))
    }

    /// A duration in seconds; one with its first bit set is zero (RFC 2181 section 8).
    private func timeToLive(_ seconds: UInt32) -> Duration {
        .seconds(seconds > UInt32(Int32.max) ? 0 : Int64(seconds))
    }

    // MARK: Names

    private func name(of record: ns_rr) -> String {
        withUnsafePointer(to: record) { Self.canonical(String(cString: cresolver_owner($0))) }
    }

    /// The name at a place in a record's data, and how many bytes of the data it takes.
    private func name(at offset: Int, of record: ns_rr) throws(DNSLookupError) -> (text: String, length: Int) {
        var text = [CChar](repeating: 0, count: Int(NS_MAXDNAME))
        guard let data = record.rdata, offset < Int(record.rdlength) else { throw damaged }
        let length = withUnsafePointer(to: message) { cresolver_name($0, data + offset, &text, text.count) }
        guard length >= 0, offset + Int(length) <= Int(record.rdlength) else { throw damaged }
        return (Self.canonical(Self.text(text)), Int(length))
    }

    private static func canonical(_ name: String) -> String {
        name == "." ? "" : name.lowercased()
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    // MARK: libresolv

    private var damaged: DNSLookupError {
        DNSLookupError(.unusable, "\(question): the answer is damaged")
    }

    private func flag(_ flag: ns_flag) -> UInt32 {
        UInt32(bitPattern: ns_msg_getflag(message, Int32(flag.rawValue)))
    }

    private func count(_ section: ns_sect) -> Int {
        withUnsafePointer(to: message) { Int(cresolver_count($0, section)) }
    }

    private mutating func record(_ section: ns_sect, _ index: Int) throws(DNSLookupError) -> ns_rr {
        var record = ns_rr()
        guard ns_parserr(&message, section, Int32(index), &record) == 0 else { throw damaged }
        return record
    }
}
