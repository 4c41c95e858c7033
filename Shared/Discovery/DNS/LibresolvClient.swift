import CResolver

/// Asks name servers through the system's libresolv; every call blocks its thread.
struct LibresolvClient: Sendable {
    /// The servers; none means those of `/etc/resolv.conf`, which is read anew for each question.
    let nameservers: [DNSNameserver]
    let limits: DNSQueryLimits

    /// The answer of the first server that gives one, by UDP, or by TCP when it does not fit (RFC 1035 section 4.2).
    ///
    /// Blocks no longer than ``DNSQueryLimits`` says.
    func ask(_ question: DNSQuestion) throws(DNSLookupError) -> DNSAnswer {
        guard let resolver = cresolver_open(limits.seconds, Int32(limits.tries)) else {
            throw DNSLookupError(.unreachable, "\(question): libresolv does not start")
        }
        defer { cresolver_close(resolver) }
        if !nameservers.isEmpty {
            cresolver_use_servers(resolver, nameservers.map(\.socketAddress), Int32(nameservers.count))
        }
        var query = [UInt8](repeating: 0, count: Int(NS_PACKETSZ))
        let type = Int32(question.type.number)
        let length = cresolver_make_query(resolver, question.name, type, &query, Int32(query.count))
        guard length >= 0 else {
            throw DNSLookupError(.unaskable, "\(question): a label is over 63 bytes, or the name over 253")
        }
        var answer = [UInt8](repeating: 0, count: Int(NS_MAXMSG))
        let received = cresolver_send(resolver, query, length, &answer, Int32(answer.count))
        guard received >= 0 else { throw Self.failure(question, -received) }
        return try DNSMessage(bytes: answer[..<Int(received)]).answer(to: question)
    }

    private static func failure(_ question: DNSQuestion, _ code: Int32) -> DNSLookupError {
        switch code {
        case ETIMEDOUT:
            DNSLookupError(.unanswered, "\(question): the name servers are silent, or say that they failed or refuse")
        case EMSGSIZE, EBADMSG:
            DNSLookupError(.unusable, "\(question): the answer is cut off, or is one to another question")
        default:
            DNSLookupError(.unreachable, "\(question): no name server can be reached (errno \(code))")
        }
    }
}
