@testable import Discovery

extension LibresolvClient {
    /// Asks on a thread of its own, so that no test blocks the cooperative pool.
    func ask(_ type: DNSQuestion.RecordType, _ name: String) async throws -> DNSAnswer {
        try await BlockingThreads(threadLimit: 1, waitingLimit: 0).run {
            Result { () throws(DNSLookupError) in try ask(DNSQuestion(name: name, type: type)) }
        }.get()
    }
}
