/// Finds the endpoints behind a name by asking as many questions as that takes.
///
/// The result is whole or none: when one of the questions stays without an answer, the lookup fails, since a set that
/// lacks the replicas behind that question would look like a set from which they have gone.
struct EndpointLookup: Sendable {
    /// The most SRV targets whose addresses are asked for, two questions each.
    static let targetLimit = 64

    /// What was found.
    struct Finding: Hashable, Sendable {
        var endpoints: Set<Endpoint>
        /// The shortest of the TTLs that it rests on; nil when no server said how long it holds.
        var timeToLive: Duration?
    }

    let name: String
    let records: DNSSource.Records
    let query: DNSResolver.Query

    /// What ``find()`` gives, as a value.
    func result() async -> Result<Finding, DNSLookupError> {
        do {
            return .success(try await find())
        } catch {
            return .failure(error)
        }
    }

    /// Looks once, one question after the other.
    func find() async throws(DNSLookupError) -> Finding {
        switch records {
        case .addresses(let port):
            let found = try await addresses(of: name)
            let endpoints = found.addresses.map { Endpoint(address: $0, port: port) }
            return Finding(endpoints: Set(endpoints), timeToLive: found.timeToLive)
        case .services: return try await findServices()
        }
    }

    /// The endpoints of the SRV records of the lowest priority; none when their target is the root (RFC 2782).
    private func findServices() async throws(DNSLookupError) -> Finding {
        let answer = try await ask(.srv, of: name)
        let offered = answer.services.filter { !$0.target.isEmpty && $0.port != 0 }
        let lowest = offered.map(\.priority).min()
        let services = offered.filter { $0.priority == lowest }
        let targets = try await addresses(ofTargets: Set(services.map(\.target)), in: answer)
        var weights: [Endpoint: Int] = [:]
        for service in services {
            for address in targets[service.target]?.addresses ?? [] {
                weights[Endpoint(address: address, port: service.port), default: 0] += service.weight
            }
        }
        let endpoints = weights.map { Endpoint(address: $0.key.host, port: $0.key.port, weight: max(1, $0.value)) }
        let shortest = targets.values.compactMap(\.timeToLive).min()
        return Finding(endpoints: Set(endpoints), timeToLive: .shortest(answer.timeToLive, shortest))
    }

    /// The addresses of every target, from the additional records where those have any of it.
    private func addresses(
        ofTargets targets: Set<String>,
        in answer: FollowedAnswer
    ) async throws(DNSLookupError) -> [String: Addresses] {
        var result: [String: Addresses] = [:]
        for target in targets {
            let found = Addresses(records: answer.additional.filter { $0.name == target })
            if !found.addresses.isEmpty { result[target] = found }
        }
        let missing = targets.subtracting(result.keys)
        guard missing.count <= Self.targetLimit else {
            throw DNSLookupError(.unusable, "SRV of \(name): \(missing.count) targets without addresses")
        }
        for target in missing { result[target] = try await addresses(of: target) }
        return result
    }

    private func addresses(of name: String) async throws(DNSLookupError) -> Addresses {
        let inet = try await ask(.a, of: name)
        let inet6 = try await ask(.aaaa, of: name)
        var result = Addresses(records: inet.records + inet6.records)
        // A family without records says so for a time of its own, after which it may have some.
        result.timeToLive = .shortest(inet.timeToLive, inet6.timeToLive)
        return result
    }

    /// Asks a question, and asks again for what an alias stands for when the answer does not tell (RFC 1034 3.6.2).
    private func ask(
        _ type: DNSQuestion.RecordType,
        of name: String
    ) async throws(DNSLookupError) -> FollowedAnswer {
        var name = name
        var shortest: Duration?
        for _ in 0..<DNSAnswer.aliasLimit {
            let question = DNSQuestion(name: name, type: type)
            let answer = try await query(question)
            guard let canonical = answer.canonicalName(of: question.name) else { break }
            shortest = .shortest(shortest, canonical.timeToLive)
            let records = answer.records.filter { $0.name == canonical.name }
            if !records.isEmpty || canonical.name == question.name || answer.negativeTimeToLive != nil {
                let ends = records.isEmpty ? answer.negativeTimeToLive : records.map(\.timeToLive).min()
                return FollowedAnswer(
                    records: records,
                    additional: answer.additional,
                    timeToLive: .shortest(shortest, ends)
                )
            }
            name = canonical.name
        }
        throw DNSLookupError(.unusable, "\(type.rawValue) of \(self.name): over \(DNSAnswer.aliasLimit) aliases")
    }
}

/// The records at the end of all aliases, and the shortest TTL on the way to them.
private struct FollowedAnswer {
    var records: [DNSRecord]
    var additional: [DNSRecord]
    var timeToLive: Duration?

    var services: [DNSRecord.Service] {
        records.compactMap { record in
            guard case .service(let service) = record.content else { return nil }
            return service
        }
    }
}

/// The addresses among some records, and the shortest of their TTLs.
private struct Addresses {
    var addresses: [String] = []
    var timeToLive: Duration?

    init(records: [DNSRecord]) {
        for record in records {
            guard case .address(let address) = record.content else { continue }
            addresses.append(address)
            timeToLive = .shortest(timeToLive, record.timeToLive)
        }
    }
}

extension Endpoint {
    /// An endpoint that is named by its own address, and therefore alike in every answer.
    fileprivate init(address: String, port: Int, weight: Int = 1) {
        let authority = Endpoint(id: "", host: address, port: port).authority
        self.init(id: authority, host: address, port: port, weight: weight)
    }
}
