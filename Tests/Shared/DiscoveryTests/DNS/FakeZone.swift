import Synchronization

@testable import Discovery

/// Answers of name servers without servers, and the questions that were asked.
final class FakeZone: Sendable {
    private struct State {
        var answers: [DNSQuestion: Result<DNSAnswer, DNSLookupError>] = [:]
        var asked: [DNSQuestion] = []
    }

    private let state = Mutex(State())

    /// The questions in order.
    var asked: [DNSQuestion] { state.withLock(\.asked) }

    /// What a resolver or a lookup asks through; what nobody set has no records.
    var query: DNSResolver.Query {
        { (question: DNSQuestion) async throws(DNSLookupError) in
            let answer = self.state.withLock { state in
                state.asked.append(question)
                return state.answers[question] ?? .success(DNSAnswer(negativeTimeToLive: .seconds(50)))
            }
            return try answer.get()
        }
    }

    func set(_ type: DNSQuestion.RecordType, _ name: String, _ answer: DNSAnswer) {
        state.withLock { $0.answers[DNSQuestion(name: name, type: type)] = .success(answer) }
    }

    func set(_ type: DNSQuestion.RecordType, _ name: String, _ records: DNSRecord...) {
        set(type, name, DNSAnswer(records: records))
    }

    func fail(_ type: DNSQuestion.RecordType, _ name: String) {
        let error = DNSLookupError(.unanswered, "silence")
        state.withLock { $0.answers[DNSQuestion(name: name, type: type)] = .failure(error) }
    }
}

extension DNSRecord {
    static func address(_ name: String, _ address: String, ttl: Int = 60) -> Self {
        Self(name: name, timeToLive: .seconds(ttl), content: .address(address))
    }

    static func alias(_ name: String, of target: String, ttl: Int = 60) -> Self {
        Self(name: name, timeToLive: .seconds(ttl), content: .alias(of: target))
    }

    static func service(
        _ name: String,
        _ target: String,
        port: Int,
        priority: Int = 0,
        weight: Int = 1,
        ttl: Int = 60
    ) -> Self {
        let service = Service(priority: priority, weight: weight, port: port, target: target)
        return Self(name: name, timeToLive: .seconds(ttl), content: .service(service))
    }
}

extension Endpoint {
    /// An endpoint as a lookup names it.
    static func found(_ host: String, _ port: Int, weight: Int = 1) -> Self {
        let id = Endpoint(id: "", host: host, port: port).authority
        return Endpoint(id: id, host: host, port: port, weight: weight)
    }
}
