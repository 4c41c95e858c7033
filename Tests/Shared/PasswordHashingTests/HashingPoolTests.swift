import PasswordHashing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct HashingPoolTests {
    @Test(arguments: [(0, 1), (1, 1), (2, 1), (3, 2), (8, 7), (128, 127)])
    func leavesOneCoreToEverythingElse(_ cores: Int, threads: Int) {
        #expect(HashingPool.defaultThreadCount(cores: cores) == threads)
    }

    @Test func letsSixteenWaitForEachThreadByDefault() {
        #expect(HashingPool.defaultQueuePerThread == 16)
    }

    @Test func returnsWhatTheWorkReturns() async throws {
        try await withPool(threadCount: 1, queueLength: 0) { pool in
            let product = try await pool.run { 6 * 7 }
            #expect(product == 42)
        }
    }

    @Test(arguments: [(1, 0), (1, 2), (2, 1), (3, 5)])
    func refusesAtOnceWhatIsBeyondItsQueue(_ threadCount: Int, queueLength: Int) async throws {
        let gate = Gate()
        let surplus = 7
        let admissible = threadCount + queueLength
        let refused = Tally()
        try await withPool(threadCount: threadCount, queueLength: queueLength) { pool in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<(admissible + surplus) {
                    group.addTask {
                        do {
                            try await pool.run { gate.wait() }
                            return true
                        } catch let error as PasswordHashingError where error.code == .overloaded {
                            refused.enter()
                            return false
                        }
                    }
                }
                // The refused come back while every thread is still held at the gate.
                defer { gate.open(for: admissible + surplus) }
                try await eventually("the refusals") { refused.now == surplus ? () : nil }
                gate.open(for: admissible)
                let admitted = try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                #expect(admitted == admissible)
            }
            try await pool.run {}
        }
    }

    @Test func worksOnAllThreadsAndNoMore() async throws {
        let threadCount = 3
        let running = Tally()
        let gate = Gate()
        try await withPool(threadCount: threadCount, queueLength: 20) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { gate.open(for: 20) }
                for _ in 0..<20 {
                    group.addTask {
                        try await pool.run {
                            running.enter()
                            gate.wait()
                            running.leave()
                        }
                    }
                }
                try await eventually("all threads at work") { running.now == threadCount ? () : nil }
                gate.open(for: 20)
                try await group.waitForAll()
            }
        }
        #expect(running.most == threadCount)
    }

    @Test func givesThePlaceBackWhenTheWorkThrows() async throws {
        try await withPool(threadCount: 1, queueLength: 0) { pool in
            for _ in 0..<5 {
                await #expect(throws: Failure.self) { try await pool.run { throw Failure() } }
            }
            try await pool.run {}
        }
    }

    @Test func neverRunsWhatWasCancelledInTheQueue() async throws {
        let gate = Gate()
        let ran = Tally()
        try await withPool(threadCount: 1, queueLength: 1) { pool in
            let held = Tally()
            async let first: Void = pool.run {
                held.enter()
                gate.wait()
            }
            try await eventually("the thread at the gate") { held.now == 1 ? () : nil }
            let waiting = Task { try await pool.run { ran.enter() } }
            waiting.cancel()
            gate.open(for: 1)
            await #expect(throws: CancellationError.self) { try await waiting.value }
            try await first
            try await pool.run {}
        }
        #expect(ran.now == 0)
    }

    private func withPool(
        threadCount: Int,
        queueLength: Int,
        _ body: (HashingPool) async throws -> Void
    ) async throws {
        let pool = HashingPool(threadCount: threadCount, queueLength: queueLength)
        do {
            try await body(pool)
        } catch {
            try await pool.shutdown()
            throw error
        }
        try await pool.shutdown()
    }

    private struct Failure: Error {}
}
