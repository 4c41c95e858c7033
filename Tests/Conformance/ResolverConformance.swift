package import Discovery
import TestSupport
import Testing

/// What a ``ServiceResolver`` promises, whatever it reads from.
package struct ResolverConformance {
    /// A resolver that knows of ``known`` under ``service`` and of nobody under ``unknownService``.
    private let resolver: any ServiceResolver
    private let known: Set<Endpoint>
    private let service = ServiceName(known: "users")
    private let unknownService = ServiceName(known: "nobody")

    package init(resolver: any ServiceResolver, known: Set<Endpoint>) {
        self.resolver = resolver
        self.known = known
    }

    package func check() async throws {
        await startsWithTheWholeSet()
        await startsWithAnEmptySetWhenNobodyIsThere()
        await startsAWatchOfItsOwnForEachCall()
        try await sendsNoSetTwiceAndEndsWithItsTask()
    }

    private func startsWithTheWholeSet() async {
        var watch = resolver.endpoints(of: service).makeAsyncIterator()
        #expect(await watch.next() == known)
    }

    private func startsWithAnEmptySetWhenNobodyIsThere() async {
        var watch = resolver.endpoints(of: unknownService).makeAsyncIterator()
        #expect(await watch.next() == [])
    }

    private func startsAWatchOfItsOwnForEachCall() async {
        let updates = resolver.endpoints(of: service)
        var first = updates.makeAsyncIterator()
        var second = updates.makeAsyncIterator()
        #expect(await first.next() == known)
        #expect(await second.next() == known)
    }

    private func sendsNoSetTwiceAndEndsWithItsTask() async throws {
        let recorder = WatchRecorder()
        let task = Task { await recorder.follow(resolver.endpoints(of: service)) }
        try await eventually("the first set") { recorder.sets.isEmpty ? nil : () }
        task.cancel()
        await task.value
        #expect(recorder.sets == [known])
    }
}
