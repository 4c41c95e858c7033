import Discovery
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct EndpointUpdatesTests {
    private static let first = Endpoint(id: "a", host: "127.0.0.1", port: 1)
    private static let second = Endpoint(id: "b", host: "127.0.0.1", port: 2)

    @Test func handsTheLastSetToItsSource() async {
        let updates = EndpointUpdates {
            { last in
                switch last {
                case nil: [Self.first]
                case [Self.first]: [Self.first, Self.second]
                default: nil
                }
            }
        }
        var seen: [Set<Endpoint>] = []
        for await set in updates { seen.append(set) }
        #expect(seen == [[Self.first], [Self.first, Self.second]])
    }

    @Test func startsAFreshWatchForEachIterator() async {
        let updates = EndpointUpdates { { last in last == nil ? [Self.first] : nil } }
        for _ in 0..<2 {
            var iterator = updates.makeAsyncIterator()
            #expect(await iterator.next() == [Self.first])
            #expect(await iterator.next() == nil)
        }
    }

    @Test func endsInACancelledTask() async {
        let updates = EndpointUpdates { { _ in [Self.first] } }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            var iterator = updates.makeAsyncIterator()
            return await iterator.next()
        }
        #expect(await task.value == nil)
    }

    /// That tells a source which has nothing new from one that is away.
    @Test func passesOnWhatChangesNothing() async {
        let updates = EndpointUpdates(confirming: { confirm in
            { last in
                if last != nil { for _ in 0..<3 { confirm() } }
                return last == nil ? [Self.first] : nil
            }
        })
        let confirmations = Mutex(0)
        var watch = updates.onConfirmation { confirmations.withLock { $0 += 1 } }.makeAsyncIterator()
        #expect(await watch.next() == [Self.first])
        #expect(confirmations.withLock { $0 } == 0)
        #expect(await watch.next() == nil)
        #expect(confirmations.withLock { $0 } == 3)
    }
}
