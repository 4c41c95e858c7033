import CResolver

/// A name server's message, which libresolv takes apart (RFC 1035 section 4).
struct DNSMessage {
    let bytes: ArraySlice<UInt8>

    /// What the message says about the question.
    ///
    /// - Throws: ``DNSLookupError/Code/unusable`` when it cannot be read, answers another question or refers to other
    ///   servers, and ``DNSLookupError/Code/unanswered`` when the server says that it failed.
    func answer(to question: DNSQuestion) throws(DNSLookupError) -> DNSAnswer {
        try bytes.withUnsafeBufferPointer { buffer throws(DNSLookupError) in
            var reader = try DNSMessageReader(buffer, question)
            try reader.checkHeader()
            try reader.checkQuestion()
            let authority = try reader.authority()
            let answer = DNSAnswer(
                records: try reader.records(in: ns_s_an),
                additional: try reader.records(in: ns_s_ar),
                negativeTimeToLive: authority.negativeTimeToLive
            )
            // Without records, name servers and no SOA record are a referral and no statement (RFC 2308 section 2.2).
            if answer.records.isEmpty, authority.refersToServers, authority.negativeTimeToLive == nil {
                throw DNSLookupError(.unusable, "\(question): the server does not know and refers to others")
            }
            return answer
        }
    }
}
