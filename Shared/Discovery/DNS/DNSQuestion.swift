import CResolver

/// What is asked of a name server: a name and the type of its records, of class IN.
struct DNSQuestion: Hashable, Sendable, CustomStringConvertible {
    /// The types of records that are asked for.
    enum RecordType: String, Sendable, CaseIterable {
        case a = "A"
        case aaaa = "AAAA"
        case srv = "SRV"

        /// The type's number (RFC 1035 section 3.2.2, 3596 section 2.1, 2782).
        var number: UInt16 {
            switch self {
            case .a: UInt16(ns_t_a.rawValue)
            case .aaaa: UInt16(ns_t_aaaa.rawValue)
            case .srv: UInt16(ns_t_srv.rawValue)
            }
        }
    }

    /// The name in lowercase, as names are read from answers, too (RFC 4343).
    let name: String
    let type: RecordType

    init(name: String, type: RecordType) {
        self.name = name.lowercased()
        self.type = type
    }

    var description: String { "\(type.rawValue) of \(name)" }
}
