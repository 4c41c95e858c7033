import Synchronization
import Testing

/// The one PostgreSQL server of all suites that share it.
enum SharedPostgreSQL {
    @TaskLocal private static var bound: PostgreSQLServer?

    /// There is no shared server here: the suite lacks the trait ``Testing/Trait/sharedPostgreSQL``.
    struct Missing: Error {}

    /// The server that the running test shares with others; it must not be killed.
    static var current: PostgreSQLServer {
        get throws {
            guard let bound else { throw Missing() }
            return bound
        }
    }

    private typealias Start = Task<PostgreSQLServer, any Error>

    private struct Use {
        var suites = 0
        var start: Start?
    }

    private static let use = Mutex(Use())

    private static func enter() -> Start {
        use.withLock { use in
            use.suites += 1
            let start = use.start ?? Task { try await PostgreSQLServer.start() }
            use.start = start
            return start
        }
    }

    private static func leave() async {
        let last = use.withLock { use -> Start? in
            use.suites -= 1
            guard use.suites == 0 else { return nil }
            defer { use.start = nil }
            return use.start
        }
        // A server that did not start has ended already.
        try? await last?.value.end()
    }

    /// Has a server run from the start of the first suite to the end of the last.
    struct Trait: SuiteTrait, TestScoping {
        func provideScope(
            for test: Test,
            testCase: Test.Case?,
            performing function: @concurrent @Sendable () async throws -> Void
        ) async throws {
            do {
                let server = try await enter().value
                try await $bound.withValue(server) { try await function() }
                await leave()
            } catch {
                await leave()
                throw error
            }
        }
    }
}

extension Trait where Self == SharedPostgreSQL.Trait {
    /// The tests of the suite share a PostgreSQL server, also with other suites; see ``SharedPostgreSQL/current``.
    static var sharedPostgreSQL: Self { Self() }
}
