import Resilience

/// The cache's promises in plain words: lists that are searched from end to end, and a flag for what is outdated.
struct ResponseCacheModel {
    struct Stored {
        var key: Int
        var value: String
        var bytes: Int
        var since: Int
        var lifetime: (fresh: Int, revalidate: Int, error: Int)
    }

    struct Flight {
        var key: Int
        var id: Int
        var leader: Int
        var waiting: [Int] = []
        var isOutdated = false
    }

    /// What a lookup does; numbers are of callers.
    enum Answer: Equatable {
        case value(String, age: Int)
        case stale(String, age: Int, fetches: Bool)
        case fetches(old: String?)
        case waits
        case refused
    }

    enum Ending: Equatable {
        case all(String, waiting: [Int])
        case allStale(String, age: Int, waiting: [Int])
        case allFail(waiting: [Int])
        case nextLeader(Int)
        case nothing
    }

    let maximumBytes: Int
    let maximumWaiting: Int
    /// The one that was used last is last.
    private(set) var stored: [Stored] = []
    private(set) var flights: [Flight] = []

    var bytes: Int { stored.reduce(0) { $0 + $1.bytes } }

    init(maximumBytes: Int, maximumWaiting: Int) {
        self.maximumBytes = maximumBytes
        self.maximumWaiting = maximumWaiting
    }

    mutating func ask(_ key: Int, caller: Int, at time: Int) -> Answer {
        let flight = flights.firstIndex { $0.key == key && !$0.isOutdated }
        var old: String?
        if let index = stored.firstIndex(where: { $0.key == key }) {
            let entry = stored.remove(at: index)
            let age = time - entry.since
            if age < entry.lifetime.fresh {
                stored.append(entry)
                return .value(entry.value, age: age)
            }
            if age < entry.lifetime.fresh + entry.lifetime.revalidate {
                stored.append(entry)
                if flight == nil { flights.append(Flight(key: key, id: caller, leader: caller)) }
                return .stale(entry.value, age: age, fetches: flight == nil)
            }
            if age < entry.lifetime.fresh + entry.lifetime.error {
                stored.append(entry)
                old = entry.value
            }
        }
        guard let flight else {
            flights.append(Flight(key: key, id: caller, leader: caller))
            return .fetches(old: old)
        }
        guard flights[flight].waiting.count < maximumWaiting else { return .refused }
        flights[flight].waiting.append(caller)
        return .waits
    }

    mutating func end(leader: Int, with result: ResponseCacheState<Int, String>.FillResult, at time: Int) -> Ending {
        guard let index = flights.firstIndex(where: { $0.leader == leader }) else { return .nothing }
        if case .abandoned = result, !flights[index].waiting.isEmpty {
            flights[index].leader = flights[index].waiting.removeFirst()
            return .nextLeader(flights[index].leader)
        }
        let flight = flights.remove(at: index)
        switch result {
        case .abandoned: return .nothing
        case .fetched(let value, let bytes, let lifetime):
            if !flight.isOutdated { store(flight.key, value, bytes, lifetime, at: time) }
            return .all(value, waiting: flight.waiting)
        case .failed:
            guard let entry = stored.first(where: { $0.key == flight.key }),
                time - entry.since < entry.lifetime.fresh + entry.lifetime.error
            else { return .allFail(waiting: flight.waiting) }
            return .allStale(entry.value, age: time - entry.since, waiting: flight.waiting)
        }
    }

    mutating func leave(_ caller: Int) {
        for index in flights.indices { flights[index].waiting.removeAll { $0 == caller } }
    }

    mutating func invalidate(_ isMeant: (Int) -> Bool) {
        stored.removeAll { isMeant($0.key) }
        for index in flights.indices where isMeant(flights[index].key) { flights[index].isOutdated = true }
    }

    private mutating func store(_ key: Int, _ value: String, _ bytes: Int, _ lifetime: ResponseLifetime, at time: Int) {
        stored.removeAll { $0.key == key }
        let seconds = [lifetime.fresh, lifetime.staleWhileRevalidate, lifetime.staleIfError].map(\.components.seconds)
        guard seconds.contains(where: { $0 > 0 }), bytes + 256 <= maximumBytes else { return }
        let parts = seconds.map { Int($0) }
        stored.append(
            Stored(key: key, value: value, bytes: bytes + 256, since: time, lifetime: (parts[0], parts[1], parts[2]))
        )
        while self.bytes > maximumBytes { stored.removeFirst() }
    }
}
